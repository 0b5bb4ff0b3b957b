/**
 * One Jest configuration, four sizes: unit (beside the source), medium (real servers on loopback), e2e (real processes), browser (a real
 * Chromium on them); `screenshots` makes docs/screenshots anew.
 */
const base = {
  testEnvironment: '<rootDir>/tools/jest-environment.mjs',
  testEnvironmentOptions: { customExportConditions: ['@ablate/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/dist-spec/', '<rootDir>/.ablate/'],
};
const project = (name, testMatch) => ({ ...base, displayName: name, testMatch });

export default {
  // Generous, so that a loaded machine fails no test: performance is the benches' business.
  testTimeout: 120_000,
  watchman: false,
  projects: [
    project('unit', [
      '<rootDir>/{libs,apps}/*/src/**/*.spec.ts',
      '<rootDir>/tools/**/*.spec.ts',
      '<rootDir>/zoo/src/**/*.spec.ts',
    ]),
    project('medium', [
      '<rootDir>/{libs,apps}/*/test/**/*.medium.spec.ts',
      '<rootDir>/zoo/test/**/*.medium.spec.ts',
      '<rootDir>/test/**/*.medium.spec.ts',
    ]),
    project('e2e', ['<rootDir>/test/**/*.e2e.spec.ts']),
    project('browser', ['<rootDir>/test/**/*.browser.spec.ts']),
    project('screenshots', ['<rootDir>/test/**/*.screenshots.spec.ts']),
  ],
};
