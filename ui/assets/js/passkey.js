// Forms marked data-passkey: the browser's passkey answers a question that is fetched first, and the answer is sent as an
// ordinary form. `data-passkey` says what to do (get or create), `data-question` where the question is.
//
// A live page may exchange the form while the passkey is asked: it is looked up again by its id each time.

let problem = "";
let busy = "";

export function start() {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  document.body.classList.add("app-has-passkeys");
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-passkey]") || form.elements.answer.value) return;
    event.preventDefault();
    if (!busy) run(form);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-passkey]")) form.elements.answer.value = "";
  });
}

// Says what happened, also in a form that has just been exchanged.
export function show() {
  for (const element of document.querySelectorAll("[data-passkey-problem]")) {
    element.hidden = element.dataset.passkeyProblem !== problem;
  }
  for (const element of document.querySelectorAll("[data-passkey-waiting]")) element.hidden = !busy;
}

async function run(form) {
  const { id } = form;
  busy = id;
  problem = "";
  show();
  try {
    const asked = await fetchQuestion(form);
    const answer = await answerOf(form.dataset.passkey, asked.options);
    send(document.getElementById(id), asked.question, answer);
  } catch (error) {
    problem = nameOf(error);
  }
  busy = "";
  show();
}

async function fetchQuestion(form) {
  const response = await fetch(form.dataset.question, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { accept: "application/json" },
    redirect: "error",
  });
  if (!response.ok) throw new DOMException("no question", "NoQuestion");
  return response.json();
}

async function answerOf(kind, options) {
  const began = performance.now();
  try {
    const publicKey = decoded(options);
    return kind === "create" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
  } catch (error) {
    const late = error.name === "NotAllowedError" && performance.now() - began > options.timeout - 1000;
    throw late ? new DOMException("nobody answered", "TimeoutError") : error;
  }
}

function send(form, question, answer) {
  if (!form) return; // the page has moved on: the question is not asked any more
  form.elements.question.value = question;
  form.elements.answer.value = JSON.stringify(encoded(answer));
  form.requestSubmit();
}

const PROBLEMS = {
  AbortError: "cancelled",
  InvalidStateError: "exists",
  NotAllowedError: "cancelled",
  NoQuestion: "over",
  TimeoutError: "timeout",
};

function nameOf(error) {
  return PROBLEMS[error.name] ?? "failed";
}

function decoded(options) {
  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const user = options.user && { ...options.user, id: bytes(options.user.id) };
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(user && { user }),
    allowCredentials: named(options.allowCredentials),
    excludeCredentials: named(options.excludeCredentials),
  };
}

function encoded(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const found = parts.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    ...(credential.authenticatorAttachment && { authenticatorAttachment: credential.authenticatorAttachment }),
    response: { ...Object.fromEntries(found), transports: response.getTransports?.() ?? [] },
  };
}

function bytes(base64url) {
  const signs = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(signs, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const signs = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
