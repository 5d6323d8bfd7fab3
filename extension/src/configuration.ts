/** What the person has set of the server's settings. Knows no VS Code. */
import { serverSettingNames } from "./methods";

/** The part of VS Code's WorkspaceConfiguration that is needed. */
export interface Inspected {
  get(name: string): unknown;
  inspect(name: string): Partial<Record<`${"global" | "workspace" | "workspaceFolder"}Value`, unknown>> | undefined;
}

/**
 * The settings that are set somewhere, as an object nested by the dots of their names.
 * VS Code fills in the defaults of the manifest; these are left out, so that what the command line reads from its
 * variables and its settings file counts in the editor too.
 */
export function settingsThatAreSet(settings: Inspected): Record<string, unknown> {
  const set: Record<string, unknown> = {};
  for (const name of serverSettingNames) {
    const levels = settings.inspect(name);
    if ([levels?.globalValue, levels?.workspaceValue, levels?.workspaceFolderValue].some((v) => v !== undefined)) {
      place(set, name.split("."), settings.get(name));
    }
  }
  return set;
}

function place(into: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) {
    return;
  }
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = (into[first] ??= {}) as Record<string, unknown>;
  place(inner, rest, value);
}
