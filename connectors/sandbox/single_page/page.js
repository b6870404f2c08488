// The single page: draws each address from what the API says, keeps a draft step by step, files it in the end.
import { fields } from "/lauki.js";
import { element } from "/elementi.js";

const main = document.getElementById("saturs");
const known = { session: null, slug: "", service: null };

const away = "Portāls īslaicīgi nav pieejams. Mēģiniet vēlreiz pēc brīža.";

const api = async (method, path, body) => {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-Zime"] = known.session.zime;
  if (body !== undefined && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
  const sent = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(`/api${path}`, { method, headers, body: sent });
  } catch {
    return { ok: false, status: 0, content: { kludas: { "": away } } };
  }
  if (answer.status === 401) {
    location.assign(`/pieslegties?next=${encodeURIComponent(location.pathname)}&beigusies=1`);
    return new Promise(() => {});
  }
  const content = await answer.json().catch(() => ({ kludas: { "": away } }));
  return { ok: answer.ok, status: answer.status, content };
};

const go = (path) => {
  history.pushState(null, "", path);
  return route();
};

const link = (path, text, className = "") => {
  const made = element("a", { href: path, className }, text);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    go(path);
  });
  return made;
};

const button = (text, action, className = "") => {
  const made = element("button", { type: "button", className }, text);
  made.addEventListener("click", () => action(made));
  return made;
};

const show = (title, ...parts) => {
  document.title = `${title} – Iestāžu e-pakalpojumi`;
  main.replaceChildren(element("h1", { tabIndex: -1 }, title), ...parts.filter(Boolean));
  main.removeAttribute("aria-busy");
  main.firstElementChild.focus();
  window.scrollTo(0, 0);
};

const tell = (problems) => {
  main.querySelectorAll("#kludas, .kluda").forEach((old) => old.remove());
  main.querySelectorAll("[aria-invalid]").forEach((old) => old.removeAttribute("aria-invalid"));
  const list = element("ul");
  for (const [control, message] of Object.entries(problems)) {
    const around = control && main.querySelector(`[data-control="${CSS.escape(control)}"]`);
    const target = around && (around.matches("fieldset") ? around : around.querySelector("input, select, textarea"));
    if (!target) {
      list.append(element("li", {}, message));
      continue;
    }
    const id = `${target.id || around.dataset.control}-kluda`;
    (around.querySelector("label, legend") || around).after(element("p", { className: "kluda", id }, message));
    target.setAttribute("aria-describedby", id);
    if (!target.matches("fieldset")) target.setAttribute("aria-invalid", "true");
    around.classList.add("kludains");
    list.append(element("li", {}, element("a", { href: `#${target.id}` }, message)));
  }
  const box = element("div", { id: "kludas", role: "alert", tabIndex: -1 }, element("h2", {}, "Pārbaudiet atbildes"), list);
  main.querySelector("h1").after(box);
  box.focus();
};

const address = (name) => `/e/${known.slug}/${name}`;

const track = (name) => {
  const views = [...known.service.soli.map((step) => [step.slug, step.title]), ["parskats", "Pārskats"]];
  const items = views.map(([slug, title], place) => {
    const item = element("li", {}, `${place + 1}. ${title}`);
    if (slug === name) item.setAttribute("aria-current", "step");
    return item;
  });
  return element("ol", { className: "steps" }, ...items);
};

const drawStep = (step) => {
  const { service } = known;
  const place = service.soli.indexOf(step);
  const given = service.dati[step.slug] || {};
  const drawn = fields(step.questions, "", given, {
    uploads: service.datnes,
    search: async (list, text) => (await api("GET", `/saraksti/${list}?q=${encodeURIComponent(text)}`)).content.atrasts || [],
    upload: async (file) => {
      const form = new FormData();
      form.append("datne", file);
      return api("POST", `/pakalpojumi/${known.slug}/datnes`, form);
    },
  });
  const draft = element("input", { type: "hidden", name: "melnraksts", value: service.melnraksts });
  const next = async (pressed) => {
    pressed.disabled = true;
    const sent = { melnraksts: draft.value, dati: drawn.read() };
    const answer = await api("PUT", `/pakalpojumi/${known.slug}/melnraksts/${step.slug}`, sent);
    if (answer.ok) {
      service.melnraksts = answer.content.melnraksts;
      service.dati[step.slug] = answer.content.dati;
      await go(address(answer.content.talak));
      return;
    }
    pressed.disabled = false;
    tell(answer.content.kludas || { "": away });
  };
  const before = place ? address(service.soli[place - 1].slug) : "/e";
  show(
    step.title,
    track(step.slug),
    step.intro && element("p", {}, step.intro),
    element("div", { className: service.jaunsIzskats ? "restyled" : "" }, drawn.node),
    draft,
    element("div", { className: "actions" }, button("Turpināt", next), link(before, "Atpakaļ"), button("Pārtraukt", abandon, "quiet")),
  );
};

const abandon = async () => {
  await api("DELETE", `/pakalpojumi/${known.slug}/melnraksts`);
  known.service = null;
  await go("/e");
};

const drawOverview = async () => {
  const { content } = await api("GET", `/pakalpojumi/${known.slug}/parskats`);
  if (content.solis) {
    await go(address(content.solis));
    return;
  }
  if (!content.sadalas) {
    show("Pārskatu parādīt nevar");
    tell(content.kludas || { "": away });
    return;
  }
  const parts = content.sadalas.map(([title, lines]) => {
    const rows = lines.map(([label, text]) => element("div", {}, element("dt", {}, label), element("dd", {}, text)));
    return element("section", {}, element("h2", {}, title), element("dl", { className: "parskats" }, ...rows));
  });
  const hidden = ["melnraksts", "versija"].map((name) => element("input", { type: "hidden", name, value: content[name] }));
  const send = async (pressed) => {
    pressed.disabled = true;
    const sent = { melnraksts: hidden[0].value, versija: hidden[1].value };
    if (known.service.sutaVisu) sent.dati = known.service.dati;
    const answer = await api("POST", `/pakalpojumi/${known.slug}/nosutit`, sent);
    if (answer.ok) {
      known.service = null;
      await go(address(`sanemts/${answer.content.numurs}`));
      return;
    }
    tell(answer.content.kludas || { "": away });
  };
  show(
    "Pārskats",
    track("parskats"),
    ...parts,
    element("p", { id: "maksa" }, `Maksa: ${content.maksa}`),
    ...hidden,
    element("div", { className: "actions" }, button("Iesniegt", send), link(address(known.service.soli.at(-1).slug), "Atpakaļ")),
  );
};

const drawReceipt = async (reference) => {
  const { content } = await api("GET", "/iesniegumi");
  const found = (content.iesniegumi || []).find((one) => one.reference === reference);
  if (!found) {
    show("Iesniegums nav atrasts");
    return;
  }
  const number = element("strong", { id: "numurs" }, found.reference);
  show(
    "Iesniegums saņemts",
    element("div", { className: "received" }, element("p", {}, `${found.title}. Iesnieguma numurs:`), number),
    element("p", {}, element("a", { href: found.pdf }, "Lejupielādēt apliecinājumu (PDF)")),
    element("div", { className: "actions" }, link("/e/iesniegumi", "Mani iesniegumi", "button")),
  );
};

const drawApplications = async () => {
  const { content } = await api("GET", "/iesniegumi");
  const head = element("tr", {}, ...["Numurs", "Pakalpojums", "Statuss"].map((text) => element("th", { scope: "col" }, text)));
  const rows = (content.iesniegumi || []).map((one) => element(
    "tr", {}, element("td", {}, element("a", { href: one.pdf }, one.reference)), element("td", {}, one.title), element("td", {}, one.state),
  ));
  show("Mani iesniegumi", element("div", { className: "scroll" }, element("table", { id: "iesniegumi" }, head, ...rows)));
};

const drawList = () => {
  const list = element("ul", { className: "cards" });
  list.append(document.getElementById("pakalpojumi").content.cloneNode(true));
  show("Iestāžu e-pakalpojumi", list);
};

const enter = async (slug) => {
  if (known.service && known.slug === slug) return true;
  const { ok, content } = await api("GET", `/pakalpojumi/${slug}`);
  if (!ok) {
    show("Pakalpojumu atvērt nevar");
    tell(content.kludas || { "": away });
    return false;
  }
  Object.assign(known, { slug, service: content });
  return true;
};

const signedIn = async () => {
  if (known.session) return true;
  const { ok, content } = await api("GET", "/sesija");
  if (!ok) {
    show("Pieslēgties neizdevās");
    tell(content.kludas || { "": away });
    return false;
  }
  known.session = content;
  document.getElementById("persona").textContent = content.persona;
  const acting = document.getElementById("parstaviba");
  acting.hidden = !content.rikojas;
  acting.replaceChildren(element("div", { className: "inner" }, `${content.rikojas} rīkojas ${content.persona} vārdā`));
  return true;
};

const route = async () => {
  main.setAttribute("aria-busy", "true");
  const [slug, view, reference] = location.pathname.split("/").slice(2);
  if (!slug) return drawList();
  if (!(await signedIn())) return undefined;
  if (slug === "iesniegumi") return drawApplications();
  if (view === "sanemts") return drawReceipt(reference);
  if (!(await enter(slug))) return undefined;
  if (view === "parskats") return drawOverview();
  const step = known.service.soli.find((one) => one.slug === view);
  if (step) return drawStep(step);
  history.replaceState(null, "", address(known.service.soli[0].slug));
  return route();
};

window.addEventListener("popstate", route);
route();
