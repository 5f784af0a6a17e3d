// Reads codes with the camera: the browser's own reader where there is one, else zxing, which is fetched only then.
const FORMATS = ["qr_code", "code_128", "code_39", "data_matrix", "ean_13"];
const EVERY_MS = 180;
const WIDEST = 960;

async function own_reader() {
  if (!("BarcodeDetector" in window)) return null;
  const there = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!there.includes("qr_code") || !there.includes("code_128")) return null;
  const reader = new window.BarcodeDetector({ formats: FORMATS.filter((format) => there.includes(format)) });
  return async (canvas) => (await reader.detect(canvas)).map((found) => found.rawValue);
}

function load(address) {
  return new Promise((done, failed) => {
    if (window.ZXing) return done();
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = () => failed(new Error(address));
    document.head.append(script);
  });
}

export async function zxing_reader(address) {
  await load(address);
  const { BarcodeFormat: F, BinaryBitmap, DecodeHintType, HTMLCanvasElementLuminanceSource, HybridBinarizer, MultiFormatReader } = window.ZXing;
  const reader = new MultiFormatReader();
  reader.setHints(new Map([
    [DecodeHintType.POSSIBLE_FORMATS, [F.QR_CODE, F.CODE_128, F.CODE_39, F.DATA_MATRIX, F.EAN_13]],
    [DecodeHintType.TRY_HARDER, true],
  ]));
  return async (canvas) => {
    try {
      return [reader.decodeWithState(new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)))).getText()];
    } catch {
      return []; // nothing in this picture
    }
  };
}

// Shows the picture in `video` and tells each code read, until it is stopped. Throws where there is no camera or no leave for it.
export async function watch(video, zxing_address, tell) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
  let on = true;
  const stop = () => {
    on = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = stream;
    await video.play();
    const read = (await own_reader()) ?? (await zxing_reader(zxing_address));
    look(video, read, tell, () => on);
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}

async function look(video, read, tell, on) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const told = new Map(); // a code held before the lens is told once, and again only after it was gone for two seconds
  while (on()) {
    if (video.videoWidth) {
      const scale = Math.min(1, WIDEST / video.videoWidth);
      [canvas.width, canvas.height] = [video.videoWidth * scale, video.videoHeight * scale];
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const codes = await read(canvas).catch(() => []);
      for (const code of codes) {
        const fresh = !told.has(code) || Date.now() - told.get(code) > 2000;
        told.set(code, Date.now());
        if (on() && fresh) await tell(code);
      }
    }
    await new Promise((done) => { setTimeout(done, EVERY_MS); });
  }
}
