#!/usr/bin/env node
import { auditCommand } from './auditCommand';

auditCommand(process.argv.slice(2), { command: 'sbd-audit' }).then((status) => {
  process.exitCode = status;
});
