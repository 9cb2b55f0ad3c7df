// Signs up, confirms, signs in by SRP, refreshes, changes the password and signs out everywhere, with amazon-cognito-identity-js.
// node cognito_identity_js.cjs ENDPOINT POOL CLIENT ADDRESS MAILBOX: prints what came of each step as JSON.
const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = require('amazon-cognito-identity-js');

const [endpoint, UserPoolId, ClientId, address, mailbox] = process.argv.slice(2);
const pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint });
const fresh = () => new CognitoUser({ Username: 'ada', Pool: pool });
const done = (resolve, reject) => (error, result) => (error ? reject(error) : resolve(result));
const called = (call) => new Promise((resolve, reject) => call(done(resolve, reject)));
const refused = async (promise) => {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error.code || error.name;
  }
};
const signIn = (user, Password) =>
  new Promise((onSuccess, onFailure) =>
    user.authenticateUser(new AuthenticationDetails({ Username: 'ada', Password }), { onSuccess, onFailure }),
  );

async function main() {
  const found = {};
  const email = new CognitoUserAttribute({ Name: 'email', Value: address });
  found.weak = await refused(called((end) => pool.signUp('ada', 'short', [email], [], end)));
  const made = await called((end) => pool.signUp('ada', 'Secret-123', [email], [], end));
  found.confirmed = made.userConfirmed;
  found.early = await refused(signIn(fresh(), 'Secret-123'));
  found.wrongCode = await refused(called((end) => fresh().confirmRegistration('000000', false, end)));
  const mails = await (await fetch(mailbox, { headers: { accept: 'application/json' } })).json();
  await called((end) => fresh().confirmRegistration(mails.mails[0].code, false, end));

  const user = fresh();
  found.wrong = await refused(signIn(user, 'Wrong-1234'));
  const session = await signIn(user, 'Secret-123');
  found.valid = session.isValid();
  found.name = session.getIdToken().payload['cognito:username'];
  const attributes = await called((end) => user.getUserAttributes(end));
  found.email = attributes.find((one) => one.Name === 'email').Value;
  const refreshed = await called((end) => user.refreshSession(session.getRefreshToken(), end));
  found.refreshed = refreshed.getAccessToken().getJwtToken() !== session.getAccessToken().getJwtToken();
  found.changed = await called((end) => user.changePassword('Secret-123', 'Another-1234', end));

  const other = fresh();
  await signIn(other, 'Another-1234');
  found.out = await new Promise((onSuccess, onFailure) => user.globalSignOut({ onSuccess, onFailure }));
  found.after = await refused(called((end) => other.getUserData(end, { bypassCache: true })));
  found.gone = await refused(called((end) => fresh().refreshSession(session.getRefreshToken(), end)));
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
