"""Starts an embedded AWS of its own for a contract test, and gives clients of it.

    class Buckets(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.cloud = Cloud()
            cls.addClassCleanup(cls.cloud.stop)
            cls.s3 = cls.cloud.client("s3")

Run a test with /usr/bin/python3: it has Debian's boto3. LIVE_BINARY names another build's executable.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("LIVE_BINARY", str(ROOT / "build" / "dev" / "live"))
AWS_CLI = "/usr/bin/aws"
REGION = "eu-west-1"


class Cloud:
    def __init__(self, *options, state=None, access_key="test", secret_key="test", environment=None):
        self.owns_state = state is None
        self.state = pathlib.Path(state or tempfile.mkdtemp(prefix="live-cloud-"))
        self.access_key, self.secret_key = access_key, secret_key
        self.log_path = self.state / "cloud.log"
        self.state.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.environment = dict(os.environ, **(environment or {}))
        self.start()

    def start(self):
        ready, child_end = os.pipe()
        command = [BINARY, "cloud", "--port", "0", "--state", str(self.state), "--access-key", self.access_key,
                   "--secret-key", self.secret_key, "--ready-fd", str(child_end), *self.options]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            pass_fds=[child_end], env=self.environment)
        os.close(child_end)
        came_up = os.read(ready, 1)
        os.close(ready)
        if not came_up:
            self.process.wait()
            raise RuntimeError(f"{' '.join(command)} ended with {self.process.returncode}:\n{self.log()}")
        run = json.loads((self.state / "run.json").read_text())
        self.port, self.endpoint, self.account = run["port"], run["endpoint"], run["account"]

    def log(self):
        return self.log_path.read_text(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.owns_state:
            shutil.rmtree(self.state, ignore_errors=True)
        return self.process.returncode

    def restart(self):
        """Ends the process and starts another one on the same state."""
        owned, self.owns_state = self.owns_state, False
        self.stop()
        self.owns_state = owned
        self.start()

    def client(self, service, region=REGION, key=None, secret=None, token=None, config=None, endpoint=None):
        settings = botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=70)
        if config:
            settings = settings.merge(config)
        return boto3.client(service, region_name=region, endpoint_url=endpoint or self.endpoint,
                            aws_access_key_id=key or self.access_key,
                            aws_secret_access_key=secret or self.secret_key, aws_session_token=token, config=settings)

    def aws_environment(self):
        """For child processes (the AWS CLI, the CDK, Node): this cloud and nothing of the machine's settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return dict(kept, AWS_ACCESS_KEY_ID=self.access_key, AWS_SECRET_ACCESS_KEY=self.secret_key,
                    AWS_REGION=REGION, AWS_DEFAULT_REGION=REGION, AWS_ENDPOINT_URL=self.endpoint, AWS_PAGER="",
                    AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                    AWS_EC2_METADATA_DISABLED="true",
                    CDK_HOME=str(self.state / "cdk"))  # there the CDK remembers which account a key is of

    def aws(self, *arguments, check=True):
        """Debian's AWS CLI; gives its JSON answer, or the completed process when check is False."""
        done = subprocess.run([AWS_CLI, "--endpoint-url", self.endpoint, *arguments], capture_output=True, text=True,
                              env=self.aws_environment(), timeout=120)
        if not check:
            return done
        if done.returncode != 0:
            raise AssertionError(f"aws {' '.join(arguments)}: {done.stderr}\n{self.log()}")
        return json.loads(done.stdout) if done.stdout.strip().startswith(("{", "[")) else done.stdout
