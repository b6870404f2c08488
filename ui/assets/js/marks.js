// Each draft on the server has a mark, and a form knows from which drafts it may be made: the one that it showed, and those
// that it has sent since. A receipt can be lost on the way, and the draft be kept all the same: hence the page makes the
// marks. A form whose drafts have no marks knows none.

const MOST = 16;

export function markOf(form) {
  return form.elements.draft?.value ?? null;
}

export function knows(form, mark) {
  return markOf(form).split(" ").includes(mark);
}

// What is about to be sent gets a mark, which the form knows from now on.
export function markNext(form, body) {
  const [first, ...later] = markOf(form).split(" ");
  const mark = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  body.set("draft", markOf(form));
  body.set("next", mark);
  form.elements.draft.value = [first, ...later.slice(1 - MOST), mark].join(" ");
}
