import { StoreError } from './errors';

/** What a system's error says, and the way out of it. */
interface Account {
  readonly problem: string;
  readonly wayOut: string;
}

const AGAIN = 'then run it again; what was there before is unchanged';

const ACCOUNTS: Readonly<Record<string, Account>> = {
  ENOSPC: { problem: 'the disk is full', wayOut: `Free some space, ${AGAIN}` },
  EDQUOT: { problem: "the user's share of the disk is used up", wayOut: `Free some, ${AGAIN}` },
  EFBIG: {
    problem: 'the file is larger than the file system or ulimit -f allows',
    wayOut: `Raise the limit or choose another folder, ${AGAIN}`,
  },
  EROFS: { problem: 'the file system is read-only', wayOut: 'Choose a folder that can be written' },
  EACCES: {
    problem: 'this user has no right to do so',
    wayOut: "Change the folder's rights or choose another folder",
  },
  EPERM: {
    problem: 'the system does not allow it',
    wayOut: "Change the folder's rights or choose another folder",
  },
  EMFILE: {
    problem: 'this process has as many files open as it may',
    wayOut: 'Raise the limit (ulimit -n 1024) or use fewer processes, then run it again',
  },
  ENFILE: {
    problem: 'this machine has as many files open as it can',
    wayOut: 'End other programs, then run it again',
  },
  EISDIR: { problem: 'there is a folder of this name', wayOut: 'Move it or choose another place' },
  ENOTDIR: { problem: 'a file stands where a folder should', wayOut: 'Choose another place' },
  EEXIST: { problem: 'a file stands where a folder should', wayOut: 'Choose another place' },
  ENAMETOOLONG: { problem: 'the name is too long', wayOut: 'Choose a shorter one' },
  EIO: { problem: 'the disk failed', wayOut: 'Choose another disk and check this one' },
};

/**
 * The error of a file system as one that names the place and the way out; any other error as it is.
 *
 * @param place the file or folder that the user knows, not a temporary one
 * @param done what failed, as `written`
 */
export function namedSystemError(error: unknown, place: string, done: 'read' | 'written'): unknown {
  if (!isSystemError(error)) return error;
  const { problem, wayOut } = accountOf(error);
  return new StoreError(`${place} cannot be ${done}: ${problem} (${error.code}). ${wayOut}.`, {
    cause: error,
    file: place,
  });
}

/** What a system's error says, and the way out of it. */
export function accountOf(error: NodeJS.ErrnoException): Account {
  return (
    ACCOUNTS[error.code ?? ''] ?? {
      problem: error.message,
      wayOut: 'Check the place and its file system, then run it again',
    }
  );
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
