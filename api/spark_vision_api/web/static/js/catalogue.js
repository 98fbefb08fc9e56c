// Handing over a feed: as a file or by its address; the page shows how it goes on.
import { ask } from "./api.js";
import { $ } from "./dom.js";
import { reason } from "./errors.js";
import { t } from "./i18n.js";

const IMPORTS = "/v1/catalogue/imports";

$("bring").onsubmit = async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const file = form.get("feed");
  const address = form.get("address").trim();
  const live = form.has("live");
  const base = form.get("pictures_base").trim();
  if (file?.name && !file.size) { $("told").textContent = t("catalogue.empty_file", { name: file.name }); return; }
  if (!file?.size && !address) { $("told").textContent = t("catalogue.nothing_given"); return; }
  $("told").textContent = t("catalogue.sending");
  try {
    const made = file?.size ? await send(file, base, live) : await ask("POST", IMPORTS, { json: { address, live, ...(base ? { pictures_base: base } : {}) } });
    location.assign(`/catalogue/imports/${made.value.id}`);
  } catch (error) {
    $("told").textContent = reason(error);
  }
};

function send(file, base, live) {
  const body = new FormData();
  body.append("feed", file);
  if (base) body.append("pictures_base", base);
  body.append("live", String(live));
  return ask("POST", IMPORTS, { body });
}
// What a poster took back meanwhile cannot be removed any more: the page shows what there is.
document.addEventListener("htmx:responseError", (event) => { if (event.target.closest("#learned")) location.reload(); });
document.documentElement.dataset.ready = "yes";
