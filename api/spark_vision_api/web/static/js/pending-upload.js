// One photo that has not arrived yet, with the key that makes sending it twice harmless, and what is typed beside it.
// Both are an account's: whoever else signs in on this browser neither sees nor sends them.
const CAPTION = "caption-next";
const PHOTO = "next";

const open = () => new Promise((done, failed) => {
  const asked = indexedDB.open("spark-vision", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("photos");
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

async function photos(mode, work) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const asked = work(database.transaction("photos", mode).objectStore("photos"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } finally {
    database.close();
  }
}

const dropPhoto = () => photos("readwrite", (store) => store.delete(PHOTO)).catch(() => {});
const dropCaption = () => localStorage.removeItem(CAPTION);

export class Kept {
  // account: whose page this is.
  constructor(account) { Object.assign(this, { account, mark: `${account} ` }); }

  // held: { photo, key }.
  keepPhoto(held) {
    return photos("readwrite", (store) => store.put({ ...held, account: this.account }, PHOTO)).catch(() => {}); // A private window may have no room.
  }

  // undefined where there is none; another's goes.
  async photo() {
    const held = await photos("readonly", (store) => store.get(PHOTO)).catch(() => undefined);
    if (!held || held.account === this.account) return held;
    await dropPhoto();
  }

  // At once, also while the page goes away, when IndexedDB may be too late.
  keepCaption(text) { localStorage.setItem(CAPTION, this.mark + text); }

  // Empty where there is none; another's goes.
  caption() {
    const held = localStorage.getItem(CAPTION) ?? "";
    if (held.startsWith(this.mark)) return held.slice(this.mark.length);
    dropCaption();
    return "";
  }

  async drop() {
    dropCaption();
    await dropPhoto();
  }
}
