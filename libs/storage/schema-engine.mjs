// Prisma's schema engine as WebAssembly: compares the schema with a migrated database, and writes the SQL between them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';

const require = createRequire(import.meta.url);
const bindings = await import(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
const wasmFile = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
const { instance } = await WebAssembly.instantiate(readFileSync(wasmFile), {
  './schema_engine_bg.js': bindings,
});
bindings.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const schemaPath = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));
const files = [{ path: schemaPath, content: readFileSync(schemaPath, 'utf8') }];

/** SQL that brings a database to the schema, and whether there is any; `url` null = from an empty database. */
export async function sqlToSchema(url) {
  const adapter = bindMigrationAwareSqlAdapterFactory(
    new PrismaPg({ connectionString: url ?? process.env.DATABASE_URL }),
  );
  const engine = await bindings.SchemaEngine.new(
    { datamodels: files.map(({ path, content }) => [path, content]) },
    () => undefined,
    adapter,
  );
  const filters = { externalTables: ['public._prisma_migrations'], externalEnums: [] };
  const { stdout, exitCode } = await engine.diff({
    from: url === null ? { tag: 'empty' } : { tag: 'url', url },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters,
  });
  engine.free();
  return { sql: stdout ?? '', differs: exitCode === 2 };
}
