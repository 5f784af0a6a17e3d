// Told apart with eyes shut: good is one short high note, a warning two, a refusal a long low one; the hand feels the same.
const NOTES = {
  good: [[1175, 0.08]], full: [[1175, 0.08], [1568, 0.14]], sealed: [[880, 0.08], [1175, 0.08], [1760, 0.16]],
  warn: [[700, 0.14], [700, 0.14]], bad: [[220, 0.55]],
};
const SHAKES = { good: [60], full: [60, 50, 60], sealed: [120], warn: [120, 80, 120], bad: [500] };
let sound;

export function wake() {
  try {
    sound ??= new AudioContext();
    if (sound.state === "suspended") sound.resume().catch(() => {});
  } catch { /* no sound on this device: colour, text and vibration are left */ }
}

export function signal(tone) {
  navigator.vibrate?.(SHAKES[tone] ?? []);
  if (!sound || sound.state !== "running") return;
  let at = sound.currentTime;
  for (const [hertz, seconds] of NOTES[tone] ?? []) {
    const note = sound.createOscillator();
    const loud = sound.createGain();
    note.type = tone === "bad" ? "square" : "sine";
    note.frequency.value = hertz;
    loud.gain.setValueAtTime(0.5, at);
    loud.gain.exponentialRampToValueAtTime(0.01, at + seconds);
    note.connect(loud).connect(sound.destination);
    note.start(at);
    note.stop(at + seconds);
    at += seconds + 0.05;
  }
}

// The screen stays lit while the page is in front: a phone that locks between two people costs a glove each time.
export async function stay_lit() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch { /* low battery */ }
}
