/** The bytes of the objects: in memory or, where a file is given, at its end, read again when they are asked for. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

export class Bodies {
  readonly #path: string | undefined;
  #file: number | undefined;
  #end = 0;

  constructor(path?: string) {
    this.#path = path;
  }

  /** Where they are in the file; undefined where they are in memory. */
  add(body: Buffer): number | undefined {
    if (this.#path === undefined) return undefined;
    const file = this.#open(this.#path);
    const at = this.#end;
    for (let done = 0; done < body.length;)
      done += writeSync(file, body, done, body.length - done, at + done);
    this.#end += body.length;
    return at;
  }

  read(at: number, size: number): Buffer {
    const body = Buffer.alloc(size);
    const file = this.#open(this.#path ?? "");
    for (let done = 0; done < size;) {
      const read = readSync(file, body, done, size - done, at + done);
      if (read === 0) throw new Error("The file of the objects' bytes is too short");
      done += read;
    }
    return body;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** What a killed process wrote and no line names stays in between. */
  #open(path: string): number {
    if (this.#file !== undefined) return this.#file;
    const file = openSync(path, "a+", 0o600);
    this.#end = fstatSync(file).size;
    return (this.#file = file);
  }
}
