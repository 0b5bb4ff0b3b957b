import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

const SCHEMA = fileURLToPath(new URL('../../../../prisma/schema.prisma', import.meta.url));

/** Node has it; the types that we compile with are those of a language without it. */
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: {
    instantiate(
      code: Uint8Array,
      imports: object,
    ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
  };
};

/** Joins the halves that wasm-bindgen made for bundlers. */
async function load(): Promise<void> {
  const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const code = await readFile(path.replace(/\.js$/, '.wasm'));
  const { instance } = await wasm.instantiate(code, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** The SQL that Prisma's own schema engine makes of prisma/schema.prisma on an empty database; `url` is any that answers. */
export async function schemaSql(url: string): Promise<string> {
  await load();
  const files = [{ path: SCHEMA, content: await readFile(SCHEMA, 'utf8') }];
  const engine = await bindings.SchemaEngine.new(
    { datamodels: files.map(({ path, content }): [string, string] => [path, content]) },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url })),
  );
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: false,
    filters: { externalTables: [], externalEnums: [] },
  });
  engine.free();
  return stdout ?? '';
}
