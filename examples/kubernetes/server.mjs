// The application: it is there until it is told to go.
import { createServer } from "node:http";

const server = createServer((_request, response) => response.end("a shop\n"));
server.listen(Number(process.env.PORT ?? 3000));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
