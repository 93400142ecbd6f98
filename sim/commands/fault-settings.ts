import type { FaultKind, FaultSetting } from '../faults/fault.ts';
import { parseDuration, parseNumber, parseShare, printDuration, quote, type Parsed } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';

export type FaultSettings = Readonly<Record<string, string | number | boolean>>;

/** Reads `latency=300ms jitter=0ms` for a kind of fault, its defaults filled in. The error is a whole sentence. */
export function parseFaultSettings(kind: FaultKind, words: readonly string[]): Parsed<FaultSettings> {
  const values: Record<string, string | number | boolean> = Object.fromEntries(
    kind.settings.map((setting) => [setting.name, setting.default]),
  );
  const given = new Set<string>();
  for (const word of words) {
    const [name = '', ...rest] = word.split('=');
    if (rest.length === 0)
      return failure(`${quote(word)} is not a setting: write ${kind.settings[0]?.name ?? 'key'}=value`);
    const setting = kind.settings.find((candidate) => candidate.name === name);
    if (!setting) return failure(unknownSetting(kind, name));
    if (given.has(name)) return failure(`${name} is given twice: keep one of them`);
    given.add(name);
    const parsed = parseSetting(setting, rest.join('='));
    if (!parsed.ok) return failure(`${name} ${parsed.error}`);
    values[name] = parsed.value;
  }
  return { ok: true, value: values };
}

/** `latency  1ms to 30s, default 300ms`. */
export function printSettingTakes(setting: FaultSetting): string {
  const { min, max } = rangeOf(setting);
  switch (setting.type) {
    case 'word':
      return `${(setting.words ?? []).join(' | ')}, default ${setting.default}`;
    case 'number':
      return `${min} to ${max}, default ${setting.default}`;
    case 'share':
      return `${min * 100}% to ${max * 100}%, default ${Number(setting.default) * 100}%`;
    case 'durationMs':
      return `${printDuration(min)} to ${printDuration(max)}, default ${printDuration(Number(setting.default))}`;
  }
}

function parseSetting(setting: FaultSetting, text: string): Parsed<string | number> {
  switch (setting.type) {
    case 'word': {
      const words = setting.words ?? [];
      if (words.includes(text)) return { ok: true, value: text };
      return { ok: false, error: `must be ${orList(words)}, not ${quote(text)}${didYouMean(text, words)}` };
    }
    case 'number':
      return parseNumber(text, rangeOf(setting));
    case 'share':
      return parseShare(text, rangeOf(setting));
    case 'durationMs':
      return parseDuration(text, rangeOf(setting));
  }
}

function rangeOf(setting: FaultSetting): { readonly min: number; readonly max: number } {
  return { min: setting.min ?? 0, max: setting.max ?? 3_600_000 };
}

function unknownSetting(kind: FaultKind, name: string): string {
  const names = kind.settings.map((setting) => setting.name);
  if (names.length === 0) return `${kind.kind} has no settings, ${quote(name)} is none`;
  return `${kind.kind} has no setting ${quote(name)}${didYouMean(name, names)}; it has ${names.join(', ')}`;
}

function failure(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
