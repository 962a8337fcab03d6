from http.server import *
import json


class H(BaseHTTPRequestHandler):
    def do(self):
        b = self.rfile.read(int(self.headers.get("content-length") or 0))
        o = json.dumps(
            {"m": self.command, "p": self.path, "h": dict(self.headers), "b": b.decode("latin1")}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(o)))
        self.end_headers()
        self.wfile.write(o)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

    def log_message(s, *a):
        pass


ThreadingHTTPServer(("127.0.0.1", 18099), H).serve_forever()
