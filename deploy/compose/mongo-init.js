/**
 * Run by mongosh each time the containers are started: makes the replica set and the user of Doublelock where they
 * are not there yet, and ends once there is a primary.
 */
const { readFileSync } = require('node:fs');

const SET = 'doublelock';
const HOSTS = ['mongo-1:27017', 'mongo-2:27017', 'mongo-3:27017'];
const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const adminOf = (hosts, options) =>
  new Mongo(`mongodb://root:${secret('mongodb-root-password')}@${hosts}/admin?${options}`).getDB('admin');

// `directConnection`: a member of no set yet is no primary to wait for.
const first = adminOf(HOSTS[0], 'directConnection=true');
if (first.hello().setName === undefined) {
  first.runCommand({ replSetInitiate: { _id: SET, members: HOSTS.map((host, _id) => ({ _id, host })) } });
}

// Waits, in milliseconds, until a primary is elected.
const database = adminOf(HOSTS.join(), `replicaSet=${SET}&serverSelectionTimeoutMS=60000`).getSiblingDB(
  'doublelock',
);
if (database.getUser('doublelock') === null) {
  database.createUser({
    user: 'doublelock',
    pwd: secret('mongodb-password'),
    roles: [{ role: 'readWrite', db: 'doublelock' }],
  });
}
