// Reads one page: the form behind a button, what its controls hold, what the page says. Changes nothing.
({ button, beside, summary, withText }) => {
  const clean = (text) => (text || "").replace(/\s+/g, " ").trim();
  const textOf = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("select, textarea, script, style").forEach((part) => part.remove());
    return clean(copy.textContent);
  };
  const named = (ids) => (ids || "").split(/\s+/).map((id) => id && document.getElementById(id)).filter(Boolean);
  const controlsOf = "input:not([type=hidden], [type=submit]), select, textarea";
  const withoutColon = (text) => text.replace(/\s*:(\s*\*)?$/, "");
  // Old tables name a control by nothing but the cell before its own.
  const besideCell = (element) => {
    const cell = element.matches(controlsOf) ? element.closest("td, th") : null;
    const before = cell && cell.querySelectorAll(controlsOf).length === 1 ? cell.previousElementSibling : null;
    return before && !before.querySelector(`table, ${controlsOf}`) ? withoutColon(textOf(before)) : "";
  };
  const labelOf = (element) => {
    const by = named(element.getAttribute("aria-labelledby"));
    if (by.length) return clean(by.map(textOf).join(" "));
    if (element.getAttribute("aria-label")) return clean(element.getAttribute("aria-label"));
    const labels = element.labels ? clean([...element.labels].map(textOf).join(" ")) : "";
    return labels || clean(element.getAttribute("title")) || besideCell(element);
  };
  const groupName = (group) => {
    const legend = group.matches("fieldset") ? group.querySelector(":scope > legend") : null;
    return legend ? textOf(legend) : labelOf(group);
  };
  const legendOf = (element) => {
    const names = [];
    for (let one = element.parentElement; one; one = one.parentElement) {
      if (one.matches("fieldset, [role=group], [role=radiogroup]")) names.unshift(groupName(one));
    }
    return names.filter(Boolean).join(": ");
  };
  const seen = (one) => one.checkVisibility();
  const pathOf = (address) => new URL(address || "", location.href).pathname;
  const buttons = [...document.querySelectorAll("button, input[type=submit]")];
  const called = button ? buttons.filter((one) => (labelOf(one) || (one.matches("input") && clean(one.value)) || textOf(one)) === button
    || textOf(one) === button) : [];
  const pressed = called.find(seen) || called[0];
  const owner = pressed ? pressed.form : null;
  // A page drawn by a script may have no form: then it is what stands around the button, as far as people see it.
  const around = pressed && !owner
    ? pressed.closest("[role=form], dialog, [role=dialog], main, [role=main]") || document.body : null;
  const inSight = (one) => seen(["hidden", "file"].includes(one.type) ? one.parentElement : one);
  const others = ["fieldset", "object", "output", "button", "submit", "reset", "image"];
  const kept = owner
    ? [...owner.elements].filter((one) => one === pressed ? Boolean(one.name) : !others.includes(one.type))
    : around ? [...around.querySelectorAll("input, select, textarea")]
      .filter((one) => !others.includes(one.type) && inSight(one)) : [];
  const nameOf = (one) => one.name || (around ? one.id : "");
  const typeOf = (one) => one === pressed ? "submit" : one.getAttribute("role") === "combobox" ? "combobox" : one.type;

  const fields = [];
  const grouped = new Map();
  for (const one of kept) {
    const type = typeOf(one);
    const group = type === "radio" || type === "checkbox";
    const option = [one.value, labelOf(one)];
    const required = Boolean(one.required) || one.getAttribute("aria-required") === "true";
    if (group && grouped.has(type + nameOf(one))) {
      const first = grouped.get(type + nameOf(one));
      first.options.push(option);
      first.required = first.required || required;
      continue;
    }
    const field = {
      name: nameOf(one), type, label: group ? "" : labelOf(one), legend: legendOf(one), required,
      maxlength: one.getAttribute("maxlength") || "", pattern: one.getAttribute("pattern") || "",
      accept: one.getAttribute("accept") || "",
      options: group ? [option] : one.options ? [...one.options].map((each) => [each.value, clean(each.textContent)]) : [],
    };
    if (group) grouped.set(type + nameOf(one), field);
    fields.push(field);
  }

  const controls = [];
  const radios = new Map();
  for (const one of kept) {
    if (!nameOf(one) || one.disabled || one.matches(":disabled")) continue;
    const type = typeOf(one);
    const base = { name: nameOf(one), type, label: labelOf(one), legend: legendOf(one) };
    if (type === "radio") {
      let state = radios.get(nameOf(one));
      if (!state) {
        state = { ...base, label: base.legend, value: "", shown: "" };
        radios.set(nameOf(one), state);
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
  for (const one of new Set([...document.querySelectorAll("input[name], select[name], textarea[name]"), ...kept])) {
    if (errors[nameOf(one)]) continue;
    const group = one.closest("fieldset, [role=group], [role=radiogroup]");
    const described = named(one.getAttribute("aria-describedby"))
      .concat(named(one.getAttribute("aria-errormessage")), named(group?.getAttribute("aria-describedby")));
    const row = one.matches(controlsOf) ? one.closest("tr") : null;
    const inRow = row && row.querySelectorAll(controlsOf).length === 1 ? [...row.querySelectorAll(beside)] : [];
    const found = (described.length ? described : inRow).filter((each) => each.matches(beside) && textOf(each));
    if (found.length) errors[nameOf(one)] = clean([...new Set(found)].map(textOf).join(" "));
  }
  const messages = [];
  const pointed = {};
  for (const part of document.querySelectorAll(summary)) {
    const items = [...part.querySelectorAll("li")];
    for (const item of items.length ? items : [part]) {
      const text = textOf(item);
      if (!text) continue;
      messages.push(text);
      // The control that a message leads to, by its name, or by what the link says where it stands on an earlier page.
      const link = item.querySelector('a[href*="#"]');
      const fragment = link ? link.hash.slice(1) : "";
      const target = fragment && document.getElementById(fragment);
      const control = target && (target.matches(controlsOf) ? target : target.querySelector(controlsOf));
      const name = control ? nameOf(control) : fragment;
      if (name) pointed[name] ||= text;
    }
  }

  const rows = [];
  // A menu or a footer may be made of a table too, and is no part of what is sent.
  const aside = (one) => one.closest("nav, aside, [role=navigation], [role=complementary], [role=contentinfo]");
  for (const term of document.querySelectorAll("dl > dt, dl > div > dt")) {
    if (aside(term)) continue;
    const said = term.parentElement.querySelector(":scope > dd") && term.nextElementSibling;
    if (said && said.tagName === "DD") rows.push({ label: textOf(term), text: textOf(said) });
  }
  for (const row of document.querySelectorAll("table tr")) {
    if (aside(row)) continue;
    const head = row.querySelector(":scope > th");
    const cell = row.querySelector(":scope > td");
    if (head && cell) rows.push({ label: textOf(head), text: textOf(cell) });
    const cells = head ? [] : [...row.querySelectorAll(":scope > td")];
    if (cells.length === 2 && !row.querySelector(`table, form, ${controlsOf}`) && textOf(cells[0])) {
      rows.push({ label: withoutColon(textOf(cells[0])), text: textOf(cells[1]) });
    }
  }

  return {
    path: location.pathname + (location.hash.startsWith("#/") ? location.hash : ""),
    title: clean(document.querySelector("h1")?.textContent || document.title),
    form: around ? { action: "", method: "script", enctype: "", fields } : owner && {
      action: pathOf(pressed.hasAttribute("formaction") ? pressed.getAttribute("formaction") : owner.getAttribute("action")),
      method: (pressed.getAttribute("formmethod") || owner.getAttribute("method") || "get").toLowerCase(),
      enctype: (pressed.getAttribute("formenctype") || owner.getAttribute("enctype")
        || "application/x-www-form-urlencoded").toLowerCase(),
      fields,
    },
    folded: [...new Set(kept.filter((one) => one.closest("details:not([open])")).map(nameOf))],
    controls, errors, messages, pointed, rows,
    text: withText ? document.body.innerText : "",
  };
}
