import { l10n } from "vscode";
import type { Model } from "../protocol";
import { grouped } from "../status/texts";

/** What the list of models says of each. */
export interface ModelText {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export function modelText(model: Model): ModelText {
  const facts = [
    model.current ? l10n.t("in use") : undefined,
    sizeText(model),
    model.dimensions === null ? undefined : l10n.t("{0} dimensions", grouped(model.dimensions)),
    model.russian ? undefined : l10n.t("English only"),
    fitText(model),
  ];
  const icon = model.current ? "$(check) " : model.recommended ? "$(star-full) " : "";
  return {
    label: `${icon}${model.name}`,
    description: facts.filter((fact) => fact !== undefined).join(" · "),
    detail: model.description,
  };
}

/** Those that are there, the one in use first, and those worth a download, the recommended first; else as they came. */
export function partedModels(models: readonly Model[]): {
  readonly installed: readonly Model[];
  readonly others: readonly Model[];
} {
  const installed = models.filter((model) => model.installed);
  const others = models.filter((model) => !model.installed);
  return {
    installed: [...installed.filter((model) => model.current), ...installed.filter((model) => !model.current)],
    others: [...others.filter((model) => model.recommended), ...others.filter((model) => !model.recommended)],
  };
}

function sizeText(model: Model): string | undefined {
  if (model.sizeBytes === null) {
    return undefined;
  }
  const size = bytesText(model.sizeBytes);
  return model.installed ? size : l10n.t("download {0}", size);
}

function fitText(model: Model): string | undefined {
  if (model.fits === null) {
    return undefined;
  }
  if (!model.fits) {
    return model.needBytes === null
      ? l10n.t("too large for this machine")
      : l10n.t("needs {0}: too large for this machine", bytesText(model.needBytes));
  }
  return model.installed ? undefined : l10n.t("fits this machine");
}

/** Decimal units, as Ollama and download pages write them. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) {
    return l10n.t("{0} kB", Math.max(1, Math.round(bytes / 1e3)));
  }
  return bytes < 1e9 ? l10n.t("{0} MB", Math.round(bytes / 1e6)) : l10n.t("{0} GB", grouped(bytes / 1e9));
}
