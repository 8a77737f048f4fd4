/**
 * Nothing may stay behind when our process ends, however it ends. A tiny detached shell reads a
 * pipe that we hold open: when we die, even by SIGKILL, the kernel closes the pipe, and the shell
 * stops the server and removes its folder. A normal end says `bye` first.
 *
 * Because this also covers exit, signals and uncaught errors, no signal handler is installed, and
 * the handlers of the program that uses us stay undisturbed.
 */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";

export interface Watchdog {
  /** Which postmaster to stop if we die; called after each start. */
  watch(pid: number): void;
  /** Nothing is left to do: the shell ends. */
  dismiss(): Promise<void>;
}

// The pid in postmaster.pid is believed before the one we sent: when the server ended by itself,
// the file is gone, and the number may belong to somebody else by now. A zombie answers to
// `kill -0` where nobody reaps it (containers without init), hence the limit on the waiting.
const SCRIPT = `
trap '' INT TERM HUP QUIT
pid=
while read -r word value; do
  case "$word" in
    pid) pid=$value ;;
    bye) exit 0 ;;
  esac
done
data=$1; signal=$2; remove=$3
alive() { [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; }
# A server that was started a moment ago has not written the file yet.
tries=0
while alive && [ ! -s "$data/postmaster.pid" ] && [ $tries -lt 40 ]; do
  tries=$((tries + 1)); sleep 0.05
done
on_file=
[ -r "$data/postmaster.pid" ] && read -r on_file < "$data/postmaster.pid"
if [ "$on_file" = "$pid" ] && alive; then
  kill -"$signal" "$pid"
  tries=0
  while alive && [ -e "$data/postmaster.pid" ] && [ $tries -lt 200 ]; do
    tries=$((tries + 1)); sleep 0.05
  done
  if alive && [ -e "$data/postmaster.pid" ]; then kill -QUIT "$pid"; sleep 1; kill -KILL "$pid"; fi
fi
rm -rf -- "$remove"
exit 0
`;

/**
 * In the end `signal` goes to the server and `remove` is deleted. A server whose data is kept is
 * shut down cleanly (SIGINT is "fast"), one whose data is thrown away at once (SIGQUIT).
 */
export function startWatchdog(data: string, remove: string, signal: "INT" | "QUIT"): Watchdog {
  const shell = spawn(
    "/bin/sh",
    ["-c", SCRIPT, "lockstep-watchdog", data, signal, remove],
    // Detached: Ctrl-C and `kill -- -group` reach our process group, and not the watchdog.
    { detached: true, cwd: "/", stdio: ["pipe", "ignore", "ignore"] },
  );
  const pipe = shell.stdin as Socket;
  pipe.on("error", () => undefined);
  pipe.unref();
  shell.unref();
  const ended = new Promise<void>((resolve) => {
    shell.once("exit", () => resolve());
    shell.once("error", () => resolve());
  });
  return {
    watch: (pid) => void pipe.write(`pid ${pid}\n`),
    dismiss: async () => {
      shell.ref();
      pipe.end("bye\n");
      await ended;
    },
  };
}
