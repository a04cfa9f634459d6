"""What the platform, the process server and the machine say: memory, disk, ports, starts, hangs."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

from .family import Family, Rank, family

PLATFORM: tuple[Family, ...] = (
    family(
        "out of memory", "out_of_memory", "the process was killed at its memory limit",
        "scale fix_code", "fix_database fix_env wait_upstream",
        r"Ran out of memory|oomKilled|OOMKilled|\boom[-_ ]?kill|Out of memory: Kill|out of memory \(used|exceeded its memory limit",
        r"(?:exceeded|exceeds|over|reached|above) (?:the |its |your )?memory (?:limit|quota)|Memory limit of .{1,40} exceeded|Memory quota (?:vastly )?exceeded|\bError R1[45]\b|invoked oom-killer|Memory cgroup out of memory",
        r"(?:exited with (?:code|status)|exit(?:ed)? ?(?:code|status)?[ :=]{1,3}|status) ?137\b|\bMemoryError\b|Cannot allocate memory|Errno 12\b|Unable to allocate .{1,40} for an array|JavaScript heap out of memory|std::bad_alloc",
        anywhere=True, deploy=True,
    ),
    family(
        "worker killed", "out_of_memory", "workers are killed, perhaps for want of memory: nothing else says why",
        "scale fix_code", "fix_database fix_env wait_upstream rollback",
        r"was sent SIGKILL! Perhaps out of memory\?|Worker .{0,40}SIGKILL|signal 9 \(SIGKILL\)|WorkerLostError", unless=("worker hangs",),
    ),
    family(
        "worker hangs", "hang", "a worker did not answer and was ended by its server",
        "restart fix_code", "scale rollback fix_env",
        r"WORKER TIMEOUT|worker .{0,30}timed out.{0,40}(?:kill|abort)|Worker .{0,40}was sent SIGABRT|harakiri|(?:Soft|Hard)? ?TimeLimitExceeded|(?:hard|soft) time limit|JobTimeoutException|H12\b.{0,40}Request timeout",
    ),
    family(
        "stands still", "hang", "the program stands still: something blocks it",
        "restart fix_code", "scale fix_env rollback",
        r"Timeout \(\d+:\d\d:\d\d(?:\.\d+)?\)!|event loop (?:is |was |has been |seems )?(?:blocked|stuck|stalled|lagging|not responding|unresponsive)|loop (?:lag|blocked|stalled|stuck)|(?:blocked|stuck|hung|stalled|frozen|hangs?)\b.{0,30}(?:for|since) (?:more than )?\d+ ?(?:s|sec|seconds|m|min|minutes)\b",
        r"no (?:heartbeat|progress|updates? processed|activity)\b.{0,40}(?:for|in|since) (?:the last )?\d+|watchdog.{0,40}(?:not respond|no heartbeat|timed? ?out|expired)|(?:threads?|tasks?|process|worker|queue|handler)\b.{0,30}\b(?:is |are |seems? )?(?:stuck|hung|blocked|frozen|not responding|unresponsive)\b",
        r"Executing <(?:Task|Handle).{0,400}took \d{2,}\.\d+ seconds|health ?check.{0,40}timed out|liveness probe failed|maximum number of running instances reached",
    ),
    family(
        "disk full", "disk_full", "this machine's disk is full: logs, temporary files, uploads",
        "free_disk", "restart rollback fix_database fix_env",
        r"Errno 28\b|No space left on device|\bENOSPC\b|disk quota exceeded|Errno 122\b|disk (?:is )?full|not enough (?:free )?(?:disk )?space|(?:disk|volume|filesystem).{0,30}(?:at|is) (?:9[89]|100) ?%",
        r"Too little disk space|no free (?:disk )?space", anywhere=False,
    ),
    family(
        "port taken", "port_binding", "another process has the port", "stop_duplicate", "rollback scale wait_upstream fix_database",
        r"(?:Errno|errno) (?:98|48|10048)\b|address already in use|EADDRINUSE|Connection in use: \(|port (?:\d+ )?is (?:already )?(?:in use|allocated|taken)|Only one usage of each socket address",
    ),
    family(
        "no open port", "port_binding", "nothing listens on the port where the platform looks",
        "fix_env", "rollback scale stop_duplicate wait_upstream fix_database",
        r"No open (?:HTTP )?ports? (?:were )?detected|Port scan timeout|failed to bind to \$?PORT|Error R10\b|no open ports? (?:found )?on|failed to (?:start and (?:then )?)?listen on|Detected a new open port .{0,40}localhost|could not (?:bind|open) (?:to )?port|did not (?:bind|listen)|not listening on (?:the expected |port )",
        r"Cannot assign requested address|Errno 99\b|Permission denied.{0,40}\bport (?:80|443|\d{1,3})\b|error while attempting to bind", anywhere=True,
    ),
    family(
        "import failed", "import_error", "a module is missing: dependency, start command or folder",
        "fix_code", "restart scale wait_upstream fix_database",
        r"\bModuleNotFoundError\b|No module named|Error loading ASGI app\.? Could not import|Could not import module|Cannot find module|ERR_MODULE_NOT_FOUND|can't open file .{1,200}No such file",
        deploy=True,
    ),
    family(
        "import broken", "import_error", "versions have drifted, or modules import each other in a circle",
        "fix_code", "restart scale wait_upstream fix_database",
        r"cannot import name|\bImportError\b|partially initialized module|DLL load failed|undefined symbol: |cannot open shared object file|ContextualVersionConflict|DistributionNotFound|incompatible with|pkg_resources\.",
        deploy=True,
    ),
    family(
        "app not found", "bad_config", "the start command names an app that is not there", "fix_env", "restart scale wait_upstream",
        r"Attribute \"[^\"]{1,80}\" not found in module|Failed to find attribute|Failed to parse '[^']{1,200}' as an attribute|exited with (?:code|status) 127\b|exit code:? 127\b|command not found|Missing script: |exec format error|\bexec .{1,200}: no such file or directory|executable file not found in",
        anywhere=True, deploy=True,
    ),
    family(
        "worker did not boot", "none", "the reason stands above it", "none", "scale",
        r"Worker failed to boot|App failed to load|Reason: Worker failed|Shutting down: Master|Application startup failed\. Exiting", rank=Rank.CONSEQUENCE,
    ),
    family(
        "process crashed", "crash_loop", "the interpreter itself crashed", "none", "scale fix_env wait_upstream",
        r"Fatal Python error: (?!none of)|Segmentation fault|exited with (?:code|status) 139\b|core dumped|SIGSEGV", anywhere=True, deploy=True,
    ),
    family(
        "process ended", "none", "the process ended with an error; why, stands before it", "none", "",
        r"exited (?:early|with (?:code|status) [1-9])|Exited with status [1-9]|exit(?:ed)? (?:code|status):? ?[1-9]\d{0,2}\b|Process exited with status [1-9]|(?:State changed|changed) from \w+ to crashed|CrashLoopBackOff|Back-off restarting|crash loop|Instance failed",
        rank=Rank.CONSEQUENCE, anywhere=True,
    ),
)  # fmt: skip # read in rows
