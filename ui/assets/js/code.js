// A code may be typed or pasted with blanks and dashes; they are taken out before it is sent.

export function start() {
  for (const input of document.querySelectorAll("input[data-code]")) {
    input.form?.addEventListener("submit", () => {
      input.value = input.value.replace(/[\s-]/g, "").toUpperCase();
    });
  }
}
