# syntax=docker/dockerfile:1
# The server, run from its sources by Node.js 24. Build it with: docker build -t doublelock .
#
# Its configuration is mounted at /etc/doublelock/doublelock.yaml. Listen on 0.0.0.0 in it, or nobody outside of the
# container is answered. With embedded stores, mount a volume at /var/lib/doublelock; nothing else is written to, so the
# root file system may be read-only.

ARG NODE=node:24-trixie-slim

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Not --omit=peer: koa and oidc-provider are peer dependencies, and the server is the host that brings them. What is left
# out is the npm package `node`, a development dependency: this Node.js is the image's own. The compiler is an optional
# peer of i18next, which npm keeps because development has it; nothing loads it.
RUN npm ci --omit=dev --ignore-scripts && rm -r node_modules/typescript node_modules/@typescript

FROM ${NODE}
ENV NODE_ENV=production \
    DOUBLELOCK_CONFIG=/etc/doublelock/doublelock.yaml \
    DATA_DIR=/var/lib/doublelock
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/doublelock \
    && ln --symbolic /app/bin/doublelock.cjs /usr/local/bin/doublelock
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json preload.cjs ./
COPY bin ./bin
COPY config ./config
COPY src ./src
COPY views ./views
USER node
EXPOSE 3000
# Alive, not ready: a store that is away is no reason to be started again.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --start-interval=1s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As `npm start`, without npm: it would keep SIGTERM and SIGHUP to itself.
CMD ["node", "--require", "./preload.cjs", "src/main.ts"]
