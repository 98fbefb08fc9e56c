// Photos as they are chosen, dropped, pasted or taken.
import { make } from "./dom.js";

const MAX_SIDE = 2048; // Pixels sent: more than any model looks at, and quick over a phone's network.

// Shrunk in the browser: quick to send, and neither the place nor the camera leaves the phone.
export async function shrunk(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // What is transparent lies on white, as it does for the service.
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92))) ?? file;
  } catch {
    return file; // A format that this browser cannot show; the service may know it, or say so.
  }
}

// Calls `chosen` with each picture that comes in by an input, a drop or the clipboard.
export function listen(inputs, chosen) {
  const take = (files) => { const file = [...files].find((one) => one.type.startsWith("image/")) ?? files[0]; if (file) chosen(file); };
  for (const input of inputs) input.onchange = () => { take(input.files); input.value = ""; };
  document.ondragover = (event) => { event.preventDefault(); document.body.classList.add("over"); };
  document.ondragleave = (event) => { if (!event.relatedTarget) document.body.classList.remove("over"); };
  document.ondrop = (event) => { event.preventDefault(); document.body.classList.remove("over"); take(event.dataTransfer.files); };
  document.onpaste = (event) => { if (event.clipboardData.files.length) take(event.clipboardData.files); };
}
