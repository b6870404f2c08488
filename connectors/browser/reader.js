// Reads one page: the form behind a button, what its controls hold, what the page says. Changes nothing.
({ button, beside, summary, withText }) => {
  const clean = (text) => (text || "").replace(/\s+/g, " ").trim();
  const textOf = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("select, textarea, script, style").forEach((part) => part.remove());
    return clean(copy.textContent);
  };
  const named = (ids) => (ids || "").split(/\s+/).map((id) => id && document.getElementById(id)).filter(Boolean);
  const labelOf = (element) => {
    const by = named(element.getAttribute("aria-labelledby"));
    if (by.length) return clean(by.map(textOf).join(" "));
    if (element.getAttribute("aria-label")) return clean(element.getAttribute("aria-label"));
    return element.labels ? clean([...element.labels].map(textOf).join(" ")) : "";
  };
  const legendOf = (element) => {
    const legend = element.closest("fieldset")?.querySelector(":scope > legend");
    return legend ? textOf(legend) : "";
  };
  const pathOf = (address) => new URL(address || "", location.href).pathname;
  const buttons = [...document.querySelectorAll("button, input[type=submit]")];
  const pressed = button && buttons.find((one) => (labelOf(one) || clean(one.value) || textOf(one)) === button
    || textOf(one) === button);
  const owner = pressed ? pressed.form : null;
  const kept = owner
    ? [...owner.elements].filter((one) => one === pressed ? Boolean(one.name)
      : !["fieldset", "object", "output", "button", "submit", "reset", "image"].includes(one.type))
    : [];

  const fields = [];
  const grouped = new Map();
  for (const one of kept) {
    const type = one === pressed ? "submit" : one.type;
    const group = type === "radio" || type === "checkbox";
    const option = [one.value, labelOf(one)];
    const required = Boolean(one.required) || one.getAttribute("aria-required") === "true";
    if (group && grouped.has(type + one.name)) {
      const first = grouped.get(type + one.name);
      first.options.push(option);
      first.required = first.required || required;
      continue;
    }
    const field = {
      name: one.name, type, label: group ? "" : labelOf(one), legend: legendOf(one), required,
      maxlength: one.getAttribute("maxlength") || "", pattern: one.getAttribute("pattern") || "",
      accept: one.getAttribute("accept") || "",
      options: group ? [option] : one.options ? [...one.options].map((each) => [each.value, clean(each.textContent)]) : [],
    };
    if (group) grouped.set(type + one.name, field);
    fields.push(field);
  }

  const controls = [];
  const radios = new Map();
  for (const one of kept) {
    if (!one.name || one.disabled || one.matches(":disabled")) continue;
    const type = one === pressed ? "submit" : one.type;
    const base = { name: one.name, type, label: labelOf(one), legend: legendOf(one) };
    if (type === "radio") {
      let state = radios.get(one.name);
      if (!state) {
        state = { ...base, label: base.legend, value: "", shown: "" };
        radios.set(one.name, state);
        controls.push(state);
      }
      if (one.checked) Object.assign(state, { value: one.value, shown: base.label });
    } else if (type === "checkbox") {
      controls.push({ ...base, value: one.checked ? one.value : "", shown: one.checked ? base.label : "" });
    } else if (type === "select-multiple") {
      for (const each of one.selectedOptions) controls.push({ ...base, value: each.value, shown: clean(each.textContent) });
    } else if (type === "select-one") {
      const chosen = one.selectedOptions[0];
      controls.push({ ...base, value: one.value, shown: chosen ? clean(chosen.textContent) : "" });
    } else if (type === "file") {
      for (const file of one.files.length ? one.files : [{ name: "" }]) {
        controls.push({ ...base, value: file.name, shown: file.name });
      }
    } else {
      controls.push({ ...base, value: one.value, shown: type === "hidden" ? "" : one.value });
    }
  }

  const errors = {};
  for (const one of document.querySelectorAll("input[name], select[name], textarea[name]")) {
    if (errors[one.name]) continue;
    const described = named(one.getAttribute("aria-describedby"))
      .concat(named(one.closest("fieldset")?.getAttribute("aria-describedby")));
    const found = described.filter((each) => each.matches(beside) && textOf(each));
    if (found.length) errors[one.name] = clean(found.map(textOf).join(" "));
  }
  const messages = [];
  for (const part of document.querySelectorAll(summary)) {
    const items = [...part.querySelectorAll("li")];
    messages.push(...(items.length ? items : [part]).map(textOf).filter(Boolean));
  }

  const rows = [];
  for (const term of document.querySelectorAll("dl > dt, dl > div > dt")) {
    const said = term.parentElement.querySelector(":scope > dd") && term.nextElementSibling;
    if (said && said.tagName === "DD") rows.push({ label: textOf(term), text: textOf(said) });
  }
  for (const row of document.querySelectorAll("table tr")) {
    const head = row.querySelector(":scope > th");
    const cell = row.querySelector(":scope > td");
    if (head && cell) rows.push({ label: textOf(head), text: textOf(cell) });
  }

  return {
    path: location.pathname,
    title: clean(document.querySelector("h1")?.textContent || document.title),
    form: owner && {
      action: pathOf(pressed.hasAttribute("formaction") ? pressed.getAttribute("formaction") : owner.getAttribute("action")),
      method: (pressed.getAttribute("formmethod") || owner.getAttribute("method") || "get").toLowerCase(),
      enctype: (pressed.getAttribute("formenctype") || owner.getAttribute("enctype")
        || "application/x-www-form-urlencoded").toLowerCase(),
      fields,
    },
    controls, errors, messages, rows,
    text: withText ? document.body.innerText : "",
  };
}
