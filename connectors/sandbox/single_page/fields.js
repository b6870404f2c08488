// The page's fields: each is drawn as { question, node, read }, and `read` gives the JSON value of what it holds.
import { element } from "/elementi.js";

const wait = 120; // milliseconds after the last key before a list is asked
const idOf = (name) => name.replaceAll(".", "-");

const named = (question, prefix) => `${prefix}${question.control}`;

const around = (question, prefix, ...parts) => {
  const name = named(question, prefix);
  const label = element("label", { htmlFor: idOf(name) }, question.label);
  const hint = question.hint && element("p", { className: "padoms" }, question.hint);
  return element("div", { className: "lauks", "data-control": name }, ...[label, hint, ...parts].filter(Boolean));
};

const group = (question, prefix, ...parts) => {
  const hint = question.hint && element("p", { className: "padoms" }, question.hint);
  const made = element("fieldset", { id: idOf(named(question, prefix)), "data-control": named(question, prefix) });
  made.append(...[element("legend", {}, question.label), hint, ...parts].filter(Boolean));
  return made;
};

const line = (question, prefix, value, more = {}) => {
  const name = named(question, prefix);
  const made = element(question.kind === "textarea" ? "textarea" : "input", { id: idOf(name), name, value, ...more });
  made.setAttribute("maxlength", question.maxlength);
  if (question.required) made.setAttribute("aria-required", "true");
  return made;
};

const text = (question, prefix, value) => {
  const type = ["tel", "email"].includes(question.kind) ? question.kind : "text";
  const made = line(question, prefix, value || "", question.kind === "textarea" ? { rows: 4 } : { type });
  return { node: around(question, prefix, made), read: () => made.value.trim() };
};

const list = (name, options, value, required) => {
  const made = element("select", { id: idOf(name), name });
  made.append(...[["", "— izvēlieties —"], ...options].map(([option, shown]) => element("option", { value: option }, shown)));
  made.value = value || "";
  if (required) made.setAttribute("aria-required", "true");
  return made;
};

const select = (question, prefix, value) => {
  const made = list(named(question, prefix), question.options, value, question.required);
  return { node: around(question, prefix, made), read: () => made.value };
};

const boxes = (type) => (question, prefix, value) => {
  const name = named(question, prefix);
  const inputs = question.options.map(([option]) => {
    const checked = Array.isArray(value) ? value.includes(option) : value === option;
    return element("input", { type, name, value: option, id: idOf(`${name}.${option}`), checked });
  });
  const choices = inputs.map((one, place) => element(
    "div", { className: "choice" }, one, element("label", { htmlFor: one.id }, question.options[place][1]),
  ));
  const chosen = () => inputs.filter((one) => one.checked).map((one) => one.value);
  return { node: group(question, prefix, ...choices), read: () => type === "radio" ? chosen()[0] || "" : chosen() };
};

const tick = (question, prefix, value) => {
  const name = named(question, prefix);
  const made = element("input", { type: "checkbox", name, value: "ja", id: idOf(name), checked: value === true });
  if (question.required) made.setAttribute("aria-required", "true");
  const label = element("label", { htmlFor: made.id }, question.label);
  return { node: element("div", { className: "choice lauks", "data-control": name }, made, label), read: () => made.checked };
};

const day = (question, prefix, value) => {
  const made = line(question, prefix, (value || "").split("-").reverse().join("."), { type: "text", inputMode: "numeric" });
  made.setAttribute("maxlength", 10);
  made.addEventListener("input", () => {
    const digits = made.value.replace(/\D/g, "").slice(0, 8);
    const parts = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean);
    made.value = parts.join(".") + ([2, 4].includes(digits.length) && made.value.endsWith(".") ? "." : "");
  });
  return { node: around(question, prefix, made), read: () => made.value.split(".").reverse().join("-") };
};

const months = ["janvāris", "februāris", "marts", "aprīlis", "maijs", "jūnijs", "jūlijs", "augusts", "septembris",
  "oktobris", "novembris", "decembris"];

const dayParts = (question, prefix, value) => {
  const name = named(question, prefix);
  const [year, month, date] = (value || "").split("-");
  const numbers = (count, shown) => Array.from({ length: count }, (_, place) => [String(place + 1), shown(place)]);
  const thisYear = new Date().getFullYear();
  const years = Array.from({ length: 80 }, (_, back) => [String(thisYear - back), String(thisYear - back)]);
  const parts = [
    ["diena", "Diena", numbers(31, (place) => String(place + 1)), date && String(Number(date))],
    ["menesis", "Mēnesis", numbers(12, (place) => months[place]), month && String(Number(month))],
    ["gads", "Gads", years, year],
  ].map(([part, label, options, chosen]) => [label, list(`${name}_${part}`, options, chosen, question.required)]);
  const shown = parts.map(([label, made]) => element("div", {}, element("label", { htmlFor: made.id }, label), made));
  const read = () => {
    const [d, m, y] = parts.map(([, made]) => made.value);
    return d || m || y ? `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}` : "";
  };
  return { node: group(question, prefix, element("div", { className: "parts" }, ...shown)), read };
};

const amount = (question, prefix, value) => {
  const written = (number) => number.toFixed(2).replace(".", ",").replace(/\B(?=(\d{3})+(?=,))/g, " ");
  const read = () => {
    const plain = made.value.replace(/\s/g, "").replace(",", ".");
    return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : made.value.trim();
  };
  const made = line(question, prefix, typeof value === "number" ? written(value) : "", { type: "text", inputMode: "decimal" });
  made.setAttribute("maxlength", 16);
  made.addEventListener("blur", () => {
    if (typeof read() === "number") made.value = written(read());
  });
  return { node: around(question, prefix, made, element("span", { className: "padoms" }, "EUR")), read };
};

const number = (question, prefix, value) => {
  const made = line(question, prefix, value === undefined ? "" : String(value), { type: "text", inputMode: "numeric" });
  made.setAttribute("maxlength", 6);
  return {
    node: around(question, prefix, made),
    read: () => /^\d+$/.test(made.value.trim()) ? Number(made.value) : made.value.trim(),
  };
};

const lookup = (question, prefix, value, tools) => {
  const name = named(question, prefix);
  const box = line(question, prefix, value ? value.teksts : "", { type: "text", role: "combobox", autocomplete: "off" });
  const chosen = element("input", { type: "hidden", name: `${name}_id`, value: value ? value.id : "" });
  const offered = element("ul", { id: `${box.id}-saraksts`, role: "listbox", className: "saraksts", hidden: true });
  for (const [attribute, said] of Object.entries({
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": offered.id, role: "combobox",
  })) box.setAttribute(attribute, said);
  const close = () => {
    offered.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const take = (one) => {
    box.value = one.dataset.text;
    chosen.value = one.dataset.id;
    close();
  };
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const found = await tools.search(question.source, box.value);
    if (mine !== asked) return;
    offered.replaceChildren(...found.map((one, place) => {
      const option = element("li", { role: "option", id: `${offered.id}-${place}` }, one.teksts);
      Object.assign(option.dataset, { id: one.id, text: one.teksts });
      option.setAttribute("aria-selected", "false");
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(option));
      return option;
    }));
    offered.hidden = !found.length;
    box.setAttribute("aria-expanded", String(Boolean(found.length)));
  };
  const move = (by) => {
    const options = [...offered.children];
    const now = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    options.forEach((one) => one.setAttribute("aria-selected", "false"));
    const next = options[(now + by + options.length) % options.length];
    next?.setAttribute("aria-selected", "true");
    if (next) box.setAttribute("aria-activedescendant", next.id);
  };
  box.addEventListener("input", () => {
    chosen.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  });
  box.addEventListener("keydown", (event) => {
    if (offered.hidden) return;
    const selected = offered.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && selected) take(selected);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  const read = () => chosen.value ? { id: chosen.value, teksts: box.value } : box.value.trim();
  return { node: around(question, prefix, box, offered, chosen), read };
};

const file = (question, prefix, value, tools) => {
  const name = named(question, prefix);
  const made = element("input", { type: "file", id: idOf(name), name, accept: ".pdf,.jpg,.jpeg,.png" });
  if (question.required) made.setAttribute("aria-required", "true");
  const kept = element("input", { type: "hidden", name: `${name}_id`, value: value || "" });
  const said = element("p", { className: "padoms", role: "status" }, value ? `Pievienota: ${tools.uploads[value] || ""}` : "");
  const node = around(question, prefix, made, said, kept);
  made.addEventListener("change", async () => {
    kept.value = "";
    node.querySelectorAll(".kluda").forEach((old) => old.remove());
    made.removeAttribute("aria-invalid");
    if (!made.files.length) return;
    said.textContent = "Augšupielādē…";
    const answer = await tools.upload(made.files[0]);
    if (answer.ok) {
      kept.value = answer.content.datne;
      said.textContent = `Pievienota: ${answer.content.nosaukums}`;
      return;
    }
    said.textContent = "";
    const id = `${made.id}-kluda`;
    said.after(element("p", { className: "kluda", id }, Object.values(answer.content.kludas || {})[0] || "Datni pievienot neizdevās"));
    made.setAttribute("aria-describedby", id);
    made.setAttribute("aria-invalid", "true");
  });
  return { node, read: () => kept.value };
};

const rows = (question, prefix, value, tools) => {
  const name = named(question, prefix);
  const holder = element("div", {});
  const made = [];
  const draw = (given) => {
    const values = given || made.map((one) => one.read());
    made.splice(0, made.length, ...values.map((one, place) => fields(question.rows, `${name}.${place}.`, one, tools)));
    holder.replaceChildren(...made.map((one, place) => {
      const row = element("fieldset", { className: "rinda" }, element("legend", {}, `${question.row} ${place + 1}`), one.node);
      if (made.length > question.least) row.append(remove(place));
      return row;
    }));
    add.hidden = made.length >= question.most;
  };
  const remove = (place) => {
    const pressed = element("button", { type: "button", className: "quiet" }, "Noņemt");
    pressed.addEventListener("click", () => draw(made.map((one) => one.read()).filter((_, other) => other !== place)));
    return pressed;
  };
  const add = element("button", { type: "button", className: "quiet" }, question.add);
  add.addEventListener("click", () => {
    draw([...made.map((one) => one.read()), {}]);
    holder.lastElementChild.querySelector("input, select, textarea")?.focus();
  });
  const given = value || [];
  draw(given.length < question.least ? Array.from({ length: question.least }, (_, place) => given[place] || {}) : given);
  return {
    node: element("div", { className: "rindas", id: idOf(name), "data-control": name }, element("h2", {}, question.label), holder, add),
    read: () => made.map((one) => one.read()),
  };
};

const kinds = {
  text, tel: text, email: text, textarea: text, select, radio: boxes("radio"), boxes: boxes("checkbox"), tick, day,
  day_parts: dayParts, amount, number, lookup, file, rows,
};

// All questions of a step or of a row; those that are asked only after an answer come and go with it.
export const fields = (questions, prefix, values, tools) => {
  const node = element("div", {});
  const all = questions.map((question) => {
    const made = kinds[question.kind](question, prefix, values[question.key], tools);
    const place = document.createComment(question.key);
    node.append(place, made.node);
    return { question, place, ...made };
  });
  const isShown = ({ question }) => {
    if (!question.shownWhen) return true;
    const [other, wanted] = question.shownWhen;
    return all.find((one) => one.question.key === other).read() === wanted;
  };
  const settle = () => {
    for (const one of all) {
      if (!isShown(one)) one.node.remove();
      else if (one.node.parentNode !== node) one.place.after(one.node);
    }
  };
  node.addEventListener("change", settle);
  settle();
  const read = () => Object.fromEntries(all.filter(isShown).map((one) => [one.question.key, one.read()]));
  return { node, read };
};
