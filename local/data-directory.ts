import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartRefused } from "./start-refused.ts";

/**
 * Makes the folder, and holds it until the returned function is called or this process ends, however it does:
 * a socket is listened at, which a killed process no longer does. A file with a process id would name another
 * process some day.
 *
 * @throws {StartRefused} if another process holds it.
 */
export async function holdDataDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = socketPath(realpathSync(directory));
  const server = createServer((socket) => socket.destroy());
  if (!(await listens(server, path))) {
    if (await answers(path)) throw new StartRefused(`${directory} is in use by another local system`);
    rmSync(path, { force: true });
    if (!(await listens(server, path)))
      throw new StartRefused(`${directory} is in use by another local system`);
  }
  server.unref();
  return async () => {
    server.close();
    await once(server, "close");
  };
}

/** Short, since the path of a socket may have about a hundred bytes; on Windows it is a pipe's name. */
function socketPath(directory: string): string {
  const name = `waxseal-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

/** Whether it does now; `false` where there is such a socket. */
async function listens(server: Server, path: string): Promise<boolean> {
  const failed = once(server, "error").then(([error]) => error as NodeJS.ErrnoException);
  server.listen(path);
  const error = await Promise.race([once(server, "listening").then(() => undefined), failed]);
  if (error && error.code !== "EADDRINUSE") throw error;
  return error === undefined;
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  const answered = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answered;
}
