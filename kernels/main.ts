#!/usr/bin/env node
import { kernelCommand, notebooksCommand } from './commands';
import { nearest } from './commands/command';
import { VERSION } from './version';

const PROGRAM = 'typescript-notebooks';

const USAGE = `Usage: ${PROGRAM} <command> [options]

  run [<notebook or folder>...]   executes notebooks and stores what they show
  kernel install | uninstall      adds the TypeScript kernel to Jupyter, or removes it

  ${PROGRAM} <command> --help     the options of a command
  ${PROGRAM} --version            the version of this package`;

const COMMANDS = { run: notebooksCommand, kernel: kernelCommand };

async function main([name, ...argv]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h') console.log(USAGE);
  else if (name === '--version') console.log(VERSION);
  else if (name === 'run' || name === 'kernel')
    return COMMANDS[name](argv, { command: `${PROGRAM} ${name}` });
  else {
    console.error(name === undefined ? USAGE : unknownCommand(name));
    return 1;
  }
  return 0;
}

function unknownCommand(name: string): string {
  const near = nearest(name, Object.keys(COMMANDS));
  return `${PROGRAM}: unknown command ${name}${near ? `; did you mean ${near}?` : '.'} See ${PROGRAM} --help.`;
}

main(process.argv.slice(2)).then((status) => process.exit(status));
