/** Where files are dropped or chosen, and folders with all that is in them. */

import { button } from "../shared/controls";
import { h } from "../shared/dom";

/** As many as the kernel takes at a time. */
const most = 100;

/** `take` is given the files; `complain` a sentence, or none once all is well again. */
export function dropZone(
  take: (files: readonly File[]) => void,
  complain: (sentence: string) => void,
): HTMLElement {
  const [files, folder] = [chooser("Choose files"), chooser("Choose a folder")];
  folder.input.webkitdirectory = true;
  files.button.classList.add("cm-primary");
  const zone = h(
    "div.cm-drop",
    h("span", "Drop files or folders here, or"),
    h("div.cm-row", files.button, files.input, folder.button, folder.input),
  );
  zone.addEventListener("dragover", (event) => {
    hold(event);
    zone.classList.add("cm-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("cm-over"));
  zone.addEventListener("drop", (event) => {
    hold(event);
    zone.classList.remove("cm-over");
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.() ?? null);
    if (!entries.some((entry) => entry?.isDirectory)) give([...(event.dataTransfer?.files ?? [])]);
    else
      walk(entries).then(give, () =>
        complain("The folder could not be read: drop or choose the files in it."),
      );
  });

  function chooser(words: string): { button: HTMLButtonElement; input: HTMLInputElement } {
    const input = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      onChange: () => {
        give([...(input.files ?? [])]);
        input.value = ""; // so that the same file can be chosen again
      },
    });
    return { button: button(words, () => input.click()), input };
  }

  function give(found: readonly File[]): void {
    const isTooMany = found.length > most;
    complain(isTooMany ? `${found.length} files are too many at once: choose up to ${most}.` : "");
    if (!isTooMany) take(found);
  }

  return zone;
}

/** All files in the entries and in their folders; one more than may be taken tells that there are too many. */
async function walk(entries: readonly (FileSystemEntry | null)[]): Promise<File[]> {
  const found: File[] = [];
  for (const entry of entries) {
    if (found.length > most) break;
    if (entry?.isFile) found.push(await fileOf(entry as FileSystemFileEntry));
    if (entry?.isDirectory) found.push(...(await walk(await inside(entry as FileSystemDirectoryEntry))));
  }
  return found;
}

/** A reader gives some at a time, and none at the end. */
async function inside(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    found.push(...some);
    if (!some.length || found.length > most) return found;
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function hold(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
