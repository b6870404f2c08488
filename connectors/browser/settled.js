// How far a page has come that a script draws: "there", "nearly" (another heading), "refused", "elsewhere", or "".
// Changes nothing.
({ path, ends, button, heading, beside, summary }) => {
  const clean = (text) => (text || "").replace(/\s+/g, " ").trim();
  const seen = (one) => one.checkVisibility();
  const nameOf = (one) => clean(one.getAttribute("aria-label") || one.value || one.textContent);
  const fits = (pattern, here) => new RegExp(`^(?:${pattern})$`).test(here);
  if (document.readyState === "loading" || document.querySelector("[aria-busy=true]")) return "";
  const here = location.pathname + (location.hash.startsWith("#/") ? location.hash : "");
  if (ends.some((pattern) => fits(pattern, here))) return "elsewhere";
  const said = [...document.querySelectorAll(beside), ...document.querySelectorAll(summary)];
  if (said.some((one) => seen(one) && clean(one.textContent))) return "refused";
  if (!fits(path, here)) return "";
  const buttons = [...document.querySelectorAll("button, input[type=submit]")];
  if (button && !buttons.some((one) => seen(one) && nameOf(one) === button)) return "";
  if (!heading) return "there";
  const headings = [...document.querySelectorAll("h1, h2, [role=heading]")];
  return headings.some((one) => seen(one) && clean(one.textContent) === heading) ? "there" : "nearly";
}
