import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Group,
  Kbd,
  NavLink,
  Text,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import { useIsFetching } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ConnectionMark, OfflineBanner } from './connection.js';
import { Palette } from './palette.js';
import { SchemeSwitch } from './scheme-switch.js';

const PAGES = [
  { to: '/', label: 'Experiments' },
  { to: '/new', label: 'New experiment' },
  { to: '/workers', label: 'Workers and queue' },
] as const;

/** For those who wait for a page from outside: how many answers are awaited. */
const Busy = () => <span hidden data-awaited={useIsFetching()} />;

/** Header, navigation, command palette; pages go inside. */
export function Shell() {
  const [open, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(close, [path, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'xs', sm: 'md' }}
    >
      <a className="skip" href="#main">
        To the content
      </a>
      <AppShell.Header bg="var(--ab-panel)">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Anchor
              component={Link}
              to="/"
              c="inherit"
              underline="never"
              aria-label="Ablate, all experiments"
            >
              <Group gap={8} wrap="nowrap">
                <img src="/icon.svg" width={26} height={26} alt="" />
                <Text fw={700} size="lg">
                  Ablate
                </Text>
              </Group>
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ConnectionMark />
            <UnstyledButton
              onClick={spotlight.open}
              visibleFrom="xs"
              px="sm"
              py={5}
              style={{ border: '1px solid var(--ab-line)', borderRadius: 8 }}
              aria-keyshortcuts="Control+K"
            >
              <Group gap="xs" wrap="nowrap">
                <Text size="sm" c="dimmed">
                  Find or do
                </Text>
                <Kbd>Ctrl K</Kbd>
              </Group>
            </UnstyledButton>
            <ActionIcon
              hiddenFrom="xs"
              variant="default"
              size="lg"
              onClick={spotlight.open}
              aria-label="Find or do anything"
            >
              ⌕
            </ActionIcon>
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" bg="var(--ab-panel)" aria-label="Pages">
        {PAGES.map(({ to, label }) => (
          <NavLink
            key={to}
            className="nav-link"
            label={label}
            renderRoot={(props) => <Link {...props} to={to} activeOptions={{ exact: true }} />}
          />
        ))}
        <Text size="xs" c="dimmed" mt="auto" p="xs">
          The same numbers: <code>npx ablate</code> and{' '}
          <Anchor href="/api/v1/openapi.json" size="xs" underline="always">
            the API
          </Anchor>
          .
        </Text>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
        <OfflineBanner />
        <Outlet />
        <Busy />
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}
