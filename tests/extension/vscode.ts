/** The little of VS Code that pure modules use: English texts with their places filled in. */

export const env = { language: "en" };

export const l10n = {
  t: (message: string, ...values: (string | number | boolean)[]): string =>
    message.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place)),
};

export class ThemeIcon {
  constructor(readonly id: string) {}
}

export const QuickPickItemKind = { Separator: -1, Default: 0 };
