import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const domain = ['type:domain'];
/** Directions between rooms (docs/architecture.md). Each source tag names everything that it may see; there is no `*` rule. */
export const depConstraints = [
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: domain },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: domain },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: [...domain, 'type:contract'] },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: [...domain, 'type:contract', 'type:infra'] },
  { sourceTag: 'platform:any', onlyDependOnLibsWithTags: ['platform:any'] },
  { sourceTag: 'platform:node', onlyDependOnLibsWithTags: ['platform:any', 'platform:node'] },
  { sourceTag: 'platform:web', onlyDependOnLibsWithTags: ['platform:any', 'platform:web'] },
  { sourceTag: 'bans:tensor', notDependOnLibsWithTags: ['needs:tensor'] },
];

const only = (files, ignores, names, message) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': ['error', { patterns: names.map((group) => ({ group: [group], message })) }],
  },
});

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/dist-spec/**',
      '**/generated/**',
      '**/node_modules/**',
      '**/fixtures/**',
      '.nx/**',
      '.ablate/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: [], enforceBuildableLibDependency: true, depConstraints },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/require-await': 'off',
    },
  },
  only(
    ['**/*.ts', '**/*.tsx'],
    ['libs/storage/**', '**/libs/storage/**'],
    ['@prisma/*'],
    'Only storage knows Prisma.',
  ),
  only(
    ['**/*.ts', '**/*.tsx'],
    ['**/libs/queue/**', '**/libs/storage/**'],
    ['bullmq', 'ioredis'],
    'Only queue knows BullMQ and Redis.',
  ),
  {
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['**/libs/runtime/**', '**/*.spec.ts', '**/test/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only runtime reads process.env; take settings through constructors.',
        },
      ],
    },
  },
);
