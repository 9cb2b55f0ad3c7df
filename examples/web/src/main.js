// Signs up, confirms, signs in by SRP, and calls one function in four ways. Amplify is used as it is published.
import { Amplify } from 'aws-amplify';
import { get, post } from 'aws-amplify/api';
import {
  confirmSignUp,
  fetchAuthSession,
  getCurrentUser,
  signIn,
  signOut,
  signUp,
} from 'aws-amplify/auth';

const element = (id) => document.getElementById(id);
const config = await (await fetch('/config.json')).json();
element('mailbox').href = `${config.endpoint}/_portico/mailbox`;

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: config.userPoolId,
      userPoolClientId: config.userPoolClientId,
      identityPoolId: config.identityPoolId,
      allowGuestAccess: true,
      userPoolEndpoint: config.endpoint,
      identityPoolEndpoint: config.endpoint,
    },
  },
  API: {
    REST: {
      lambda: {
        endpoint: `${config.endpoint}/2015-03-31/functions`,
        region: config.region,
        service: 'lambda',
      },
      api: { endpoint: config.api, region: config.region },
      url: { endpoint: config.url, region: config.region, service: 'lambda' },
    },
  },
});

const ways = {
  // with the identity pool's credentials, a guest's too; what the function sees is not in the request
  direct: () => post({ apiName: 'lambda', path: `/${config.function}/invocations`, options: { body: {} } }),
  api: async () => {
    const { tokens } = await fetchAuthSession();
    const headers = tokens ? { Authorization: `Bearer ${tokens.idToken}` } : { Authorization: 'nobody' };
    return get({ apiName: 'api', path: '/who', options: { headers } });
  },
  url: () => get({ apiName: 'url', path: '/' }),
};

const forms = {
  'sign-up': ({ username, email, password }) =>
    signUp({ username, password, options: { userAttributes: { email } } }),
  confirm: ({ username, code }) => confirmSignUp({ username, confirmationCode: code }),
  'sign-in': ({ username, password }) => signIn({ username, password }),
};

function show(value, failed = false) {
  element('answer').className = failed ? 'failed' : '';
  element('answer').textContent = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

async function refresh() {
  const user = await getCurrentUser().catch(() => null);
  const { identityId } = await fetchAuthSession();
  element('state').textContent = user
    ? `Signed in as ${user.username}, identity ${identityId}`
    : `A guest, identity ${identityId}`;
  element('out').hidden = Boolean(user);
  element('sign-out').hidden = !user;
}

function told(error) {
  const body = error.response?.body;
  return body ? `${error.response.statusCode} ${body}` : `${error.name}: ${error.message}`;
}

async function attempt(action) {
  element('answer').textContent = '…';
  try {
    show(await action());
  } catch (error) {
    show(told(error), true);
  }
  await refresh();
}

for (const [id, action] of Object.entries(forms)) {
  element(id).addEventListener('submit', (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    attempt(async () => {
      const { nextStep } = await action(given);
      return `${id}: ${nextStep.signUpStep ?? nextStep.signInStep}`;
    });
  });
}

for (const [id, call] of Object.entries(ways)) {
  element(id).addEventListener('click', () =>
    attempt(async () => {
      const operation = await call();
      const { body } = await operation.response;
      return body.json();
    }),
  );
}

element('sign-out').addEventListener('click', () => attempt(async () => (await signOut(), 'Signed out')));
await refresh();
