// Photographs: a preview at once, sent while the person goes on; what could not be sent goes with the form.
const waiting = new WeakMap(); // tile → file that did not arrive yet
const refused = new WeakMap(); // field → what was wrong with the files chosen last

function tile(form, url, number, name) {
  const span = document.createElement("span");
  span.className = "photo";
  const image = Object.assign(document.createElement("img"), { src: url, alt: form.dataset.wordsPhoto, width: 80, height: 80 });
  const drop = document.createElement("button");
  drop.className = "photo-drop";
  drop.type = "button";
  drop.dataset.drop = "";
  drop.setAttribute("aria-label", form.dataset.wordsDrop);
  drop.innerHTML = form.querySelector("[data-drop-icon]").innerHTML;
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name, value: number });
  span.append(image, hidden, drop);
  return span;
}

function tell(field, words) {
  const place = field.querySelector("[data-refused]");
  place.textContent = words;
  place.hidden = !words;
}

async function send(form, field, span, file) {
  const body = new FormData();
  const hidden = span.querySelector("input[type=hidden]");
  body.append("photo", file);
  body.append("uuid", hidden.value);
  body.append("csrfmiddlewaretoken", form.querySelector("input[name=csrfmiddlewaretoken]").value);
  span.classList.add("is-sending");
  waiting.set(span, file);
  try {
    const answer = await fetch(form.dataset.photoUrl, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    if (answer.ok) {
      waiting.delete(span);
      span.querySelector("img").src = told.thumb;
      tell(field, refused.get(field).join(" "));
    } else if (answer.status === 422 || answer.status === 409) {
      waiting.delete(span);
      span.remove();
      refused.get(field).push(told.detail ?? "");
      tell(field, refused.get(field).join(" "));
    } else {
      throw new Error(String(answer.status));
    }
  } catch {
    span.classList.add("is-waiting");
    hidden.disabled = true; // the number names nothing yet: the file itself goes with the form
    tell(field, form.dataset.wordsOffline);
  }
  span.classList.remove("is-sending");
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function newNumber() {
  return crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16));
}

export function photographs(form) {
  const fields = [...form.querySelectorAll("[data-photos]")];
  fields.forEach((field) => field.classList.add("is-live"));

  form.addEventListener("change", (event) => {
    const input = event.target.closest?.("[data-file]");
    if (!input?.files.length) return;
    const field = input.closest("[data-photos]");
    refused.set(field, []);
    tell(field, "");
    for (const file of input.files) {
      const span = tile(form, URL.createObjectURL(file), newNumber(), field.dataset.name);
      field.querySelector(".photo-add").before(span);
      send(form, field, span, file);
    }
    input.value = "";
  });
  form.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop]");
    if (!drop) return;
    drop.closest(".photo").remove();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });

  return {
    /** Whether a photograph is on its way; the person is told beside it. */
    busy() {
      const sending = form.querySelector(".photo.is-sending");
      if (sending) {
        tell(sending.closest("[data-photos]"), form.dataset.wordsBusy);
        sending.scrollIntoView({ block: "center" });
      }
      return Boolean(sending);
    },
    /** Put the files that did not arrive back into the form, so that they are sent with it. */
    attach() {
      for (const field of fields) {
        const files = [...field.querySelectorAll(".photo.is-waiting")].map((span) => waiting.get(span)).filter(Boolean);
        if (!files.length) continue;
        const all = new DataTransfer();
        files.forEach((file) => all.items.add(file));
        field.querySelector("[data-file][multiple]").files = all.files;
      }
    },
    /** Show photographs that were sent before, by number. */
    show(name, numbers) {
      const field = fields.find((one) => one.dataset.name === name);
      if (!field) return;
      for (const number of numbers) {
        if (field.querySelector(`input[value="${CSS.escape(number)}"]`)) continue;
        field.querySelector(".photo-add").before(tile(form, `${form.dataset.photoUrl}${number}/thumb/`, number, name));
      }
    },
  };
}
