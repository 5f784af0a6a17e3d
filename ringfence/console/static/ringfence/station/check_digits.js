// ISO/IEC 7064:2003, MOD 37,36: the twin of science/check_digits.py, for the codes on our own labels.
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LABEL = /^([TBPW][A-Z0-9]{0,8})-(\d{3,12})-([0-9A-Z])$/;

export function check_character(text) {
  let rest = 36;
  for (const sign of text) {
    rest = (rest + SIGNS.indexOf(sign)) % 36 || 36;
    rest = (rest * 2) % 37;
  }
  return SIGNS[(37 - rest) % 36];
}

export function label_code(prefix, number, digits = 6) {
  const told = String(number).padStart(digits, "0");
  return `${prefix}-${told}-${check_character(prefix + told)}`;
}

export function is_misread(code) {
  const found = LABEL.exec(code);
  return found !== null && check_character(found[1] + found[2]) !== found[3];
}
