import * as vscode from "vscode";
import { clientCommands } from "../methods";
import type { Hit } from "../protocol";
import { rootOf } from "../search/folders";
import { headingOf, type Answer, type Question } from "../search/answer";
import { describe } from "../search/filters";
import { iconOf, percent, reasonText, snippetLine } from "../search/rows";
import type { Disposable } from "../server/server";
import { folderOf, groupsOf, ResultSets, type FileGroup, type ResultSet } from "./model";

type Node =
  | { readonly node: "set"; readonly set: ResultSet }
  | { readonly node: "file"; readonly group: FileGroup }
  | { readonly node: "hit"; readonly hit: Hit; readonly group: FileGroup };

const VIEW = "smysl.results";

/** Ask again what a set of results answers. */
export type AskAgain = (question: Question) => Promise<Answer>;

/** Does the job; a failure is told to the person. */
export type Guard = (job: () => Promise<void>) => Promise<void>;

/** The results in the side bar: kept until the next search, pinned ones until they are removed. */
export class ResultsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly sets = new ResultSets();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly view: vscode.TreeView<Node>;
  private readonly subscriptions: readonly Disposable[];
  /** Questions that are asked again, one after the other: a newer search would end an older one. */
  private asking: Promise<void> = Promise.resolve();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly askAgain: AskAgain,
    private readonly guarded: Guard,
  ) {
    this.view = vscode.window.createTreeView<Node>(VIEW, { treeDataProvider: this, showCollapseAll: true });
    const onSet = (command: string, job: (set: ResultSet) => void): Disposable =>
      vscode.commands.registerCommand(`${VIEW}.${command}`, (node?: Node) => {
        const set = node?.node === "set" ? node.set : this.sets.all()[0];
        if (set) {
          job(set);
          this.refresh();
        }
      });
    this.subscriptions = [
      this.view,
      this.changed,
      onSet("pin", ({ id }) => {
        this.sets.pin(id, true);
      }),
      onSet("unpin", ({ id }) => {
        this.sets.pin(id, false);
      }),
      onSet("remove", ({ id }) => {
        this.sets.remove(id);
      }),
      onSet("again", (set) => {
        this.asking = this.asking.then(() => this.guarded(() => this.again(set)));
      }),
      vscode.commands.registerCommand(`${VIEW}.clear`, () => {
        this.sets.clear();
        this.refresh();
      }),
    ];
  }

  /** Show the answer in the view, in the place of what is not pinned, and open the side bar. */
  async show(question: Question, answer: Answer): Promise<void> {
    const set = this.sets.add(question, answer);
    this.refresh();
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    const [first] = groupsOf(set);
    const hit = first?.hits.find((other) => other === answer.hits[0]);
    if (first && hit) {
      await this.view.reveal({ node: "hit", hit, group: first }, { select: true, focus: true });
    }
  }

  getChildren(node?: Node): Node[] {
    switch (node?.node) {
      case undefined:
        return this.sets.all().map((set) => ({ node: "set", set }));
      case "set":
        return groupsOf(node.set).map((group) => ({ node: "file", group }));
      case "file":
        return node.group.hits.map((hit) => ({ node: "hit", hit, group: node.group }));
      case "hit":
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    switch (node.node) {
      case "set":
        return undefined;
      case "file":
        return { node: "set", set: node.group.set };
      case "hit":
        return { node: "file", group: node.group };
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.node) {
      case "set":
        return setItem(node.set);
      case "file":
        return fileItem(node.group);
      case "hit":
        return hitItem(node.hit, node.group.set);
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private async again(set: ResultSet): Promise<void> {
    const location = { viewId: VIEW };
    this.sets.replace(set.id, await vscode.window.withProgress({ location }, () => this.askAgain(set.question)));
    this.refresh();
  }

  private refresh(): void {
    void vscode.commands.executeCommand("setContext", "smysl.hasResults", this.sets.all().length > 0);
    this.changed.fire();
  }
}

function setItem(set: ResultSet): vscode.TreeItem {
  const item = new vscode.TreeItem(headingOf(set.question), vscode.TreeItemCollapsibleState.Expanded);
  const filters = describe(set.question.toggles);
  item.id = `${set.id}`;
  item.description = [`${set.answer.hits.length}`, filters].filter((part) => part !== "").join(" · ");
  item.tooltip = [
    set.question.about === "code"
      ? vscode.l10n.t("Code similar to {0}", headingOf(set.question))
      : headingOf(set.question),
    ...(set.answer.model === null ? [] : [vscode.l10n.t("Model: {0}", set.answer.model)]),
    ...set.answer.notices,
  ].join("\n");
  item.iconPath = new vscode.ThemeIcon(set.pinned ? "pinned" : set.question.about === "code" ? "references" : "search");
  item.contextValue = set.pinned ? "set.pinned" : "set.loose";
  return item;
}

function fileItem(group: FileGroup): vscode.TreeItem {
  const uri = vscode.Uri.parse(group.uri);
  const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${group.set.id}:${group.uri}`;
  item.description = folderOf(group.path, rootOf(group.uri));
  item.iconPath = vscode.ThemeIcon.File;
  item.contextValue = "file";
  return item;
}

function hitItem(hit: Hit, set: ResultSet): vscode.TreeItem {
  const item = new vscode.TreeItem(hit.name);
  const start = hit.selectionRange.start;
  item.id = `${set.id}:${hit.uri}:${hit.range.start.line}:${hit.name}`;
  item.description = [hit.container, snippetLine(hit.snippet, 80)].filter(Boolean).join(" · ");
  item.tooltip = tooltipOf(hit, set.question.about === "code");
  item.iconPath = new vscode.ThemeIcon(iconOf(hit.kind));
  item.contextValue = "hit";
  item.command = {
    command: clientCommands.open,
    title: vscode.l10n.t("Open"),
    arguments: [hit.uri, start, { preview: true, preserveFocus: true }],
  };
  return item;
}

function tooltipOf(hit: Hit, similarity: boolean): vscode.MarkdownString {
  const why = similarity ? percent(hit.score) : hit.reasons.map(reasonText).join(", ");
  const text = new vscode.MarkdownString();
  text.appendText(`${hit.path}:${hit.selectionRange.start.line + 1} · ${why}`);
  text.appendCodeblock(hit.snippet.text, "python");
  return text;
}
