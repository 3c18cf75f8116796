/** Reads the pieces of a file, again and again into the same memory: a browser that is asked for much looks for garbage. */

const shorter = "There is less in the file.";

export class Reader {
  private readonly file: File;
  private readonly spares: ArrayBuffer[] = [];

  constructor(file: File) {
    this.file = file;
  }

  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const part = this.file.slice(start, end);
    try {
      if (part.size !== end - start) throw new Error(shorter);
      const reader = readerInto(part);
      return reader ? await this.fill(reader, part.size) : new Uint8Array(await part.arrayBuffer());
    } catch {
      throw new Error(
        `${this.file.name} cannot be read: it was changed or moved, or is a folder. Choose it again.`,
      );
    }
  }

  /** Nobody needs these bytes any more: the next piece may take their place. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    this.spares.push(bytes.buffer);
  }

  private async fill(reader: ReadableStreamBYOBReader, size: number): Promise<Uint8Array<ArrayBuffer>> {
    const spare = this.spares.pop();
    let buffer = spare?.byteLength === size ? spare : new ArrayBuffer(size);
    for (let filled = 0; filled < size; ) {
      const { value }: { value?: Uint8Array<ArrayBuffer> | undefined } = await reader.read(
        new Uint8Array(buffer, filled, size - filled),
      );
      if (!value?.length) throw new Error(shorter);
      filled += value.length;
      buffer = value.buffer;
    }
    await reader.cancel();
    return new Uint8Array(buffer);
  }
}

/** None where the browser cannot read a file into memory that is there. */
function readerInto(part: Blob): ReadableStreamBYOBReader | null {
  try {
    return part.stream().getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
