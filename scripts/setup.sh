# Sourced: makes this clone runnable, and says what it does. Needs Node and npm, nothing else.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: npm ci (the packages of package-lock.json)" >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
fi
echo "setup: npm run build" >&2
npm run --silent build >&2
