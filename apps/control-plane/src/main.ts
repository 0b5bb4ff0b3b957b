import 'reflect-metadata';
import { toErrorShape } from '@ablate/errors';
import { createLogger, createShutdown, readSettings } from '@ablate/runtime';
import { startServer } from './start-server.js';

try {
  const settings = readSettings();
  const logger = createLogger('control-plane', settings.logLevel);
  await startServer(settings, logger, createShutdown(logger));
} catch (error) {
  const { message, fix } = toErrorShape(error);
  console.error(`ablate control-plane: ${message}${fix ? ` ${fix}` : ''}`);
  process.exit(1);
}
