// Forms: what was typed is not lost by leaving, a form is not sent twice, a filter sends itself.
const dirty = new Set();

function note(event) {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
}

/** A second press while the first is on its way does nothing; [data-again] is for downloads, which leave the page standing. */
function sendOnce(event) {
  const form = event.target;
  dirty.delete(form);
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-again]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
}

/** [data-check-all="name"] ticks every box of that name in its form. */
function checkAll(event) {
  const all = event.target.closest("[data-check-all]");
  if (!all) return;
  const scope = all.closest("form") ?? document;
  scope.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`).forEach((box) => { box.checked = all.checked; });
}

/** A button [data-pick="id"] puts its value into that field, as if it were typed. */
function pick(event) {
  const button = event.target.closest("button[data-pick]");
  const field = button && document.getElementById(button.dataset.pick);
  if (!field) return;
  field.value = button.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

export function watchForms() {
  document.addEventListener("input", note);
  document.addEventListener("submit", sendOnce);
  document.addEventListener("change", (event) => {
    checkAll(event);
    event.target.closest("[data-submits]")?.form?.requestSubmit();
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    pick(event);
    if (event.target.closest("[data-print]:is(button)")) window.print();
  });
}
