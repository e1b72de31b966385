"""The published file for an assistant, by the Model Context Protocol: docs/assistants.md.

`server` speaks the protocol, `tools` says what may be asked, `asking` asks it of a process of its
own, and that process is `worker`.
"""
