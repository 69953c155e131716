"""What all endpoints of Datadog send their requests through."""

from __future__ import annotations

import functools
from typing import Any

from monitor_sync.datadog import answers
from monitor_sync.datadog.hints import hint_for
from monitor_sync.datadog.settings import Settings
from monitor_sync.datadog.transport import Transport
from monitor_sync.errors import Rejected, RemoteError
from monitor_sync.http import pipeline
from monitor_sync.http.error_messages import error_for
from monitor_sync.http.failure import Failure, Reply
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.http.service import Service

read_request = functools.partial(ApiRequest, method="GET", repeatable=True)
"""A request that changes nothing: it may be sent again."""


class Api:
    """Sends requests to one Datadog. Safe for threads. Raises RemoteError and its kinds only."""

    def __init__(
        self,
        settings: Settings,
        service: Service,
        transport: Transport,
        gate: RequestGate,
        retry: RetryPolicy,
    ) -> None:
        self._settings = settings
        self._service = service
        self._transport = transport
        self._gate = gate
        self._retry = retry

    def send(self, request: ApiRequest, expected: type = dict) -> Any:
        """
        Send a request, again where that is right, and return its JSON, a dict or a list.

        Raises the error of its last failure; OutcomeUnknown where a request that is not
        repeatable may have happened without an answer.
        """
        answer = self.outcome(request, expected)
        if isinstance(answer, Failure):
            raise self.error(answer)
        return answer

    def find(self, request: ApiRequest) -> Any:
        """Return one object; None where Datadog says that there is none."""
        answer = self.outcome(request)
        if not isinstance(answer, Failure):
            return answer
        if answer.kind == "absent":
            return None
        raise self.error(answer)

    def data(self, request: ApiRequest) -> list[Any]:
        """Return the list that an answer of the second API wraps; an answer without is an error."""
        answer = self.send(request)
        data = answer.get("data")
        if not isinstance(data, list):
            raise self.error(answers.unexpected(request, answer, "it has no list"))
        return data

    def object(self, request: ApiRequest) -> Any:
        """Return one object that has a whole number for an id; an answer without is an error."""
        answer = self.send(request)
        if type(answer.get("id")) is not int or answer["id"] <= 0:
            raise self.error(answers.unexpected(request, answer, "it has no usable id"))
        return answer

    def outcome(self, request: ApiRequest, expected: type = dict) -> Any:
        """Return the JSON of a request, or the Failure it came to after all tries."""
        answer = pipeline.send(
            request,
            functools.partial(self._transport.send, expected=expected),
            service=self._service,
            gate=self._gate,
            retry=self._retry,
        )
        return answer.value if isinstance(answer, Reply) else answer

    def error(self, failure: Failure) -> RemoteError:
        """Return the error to raise for a failure."""
        error = error_for(failure, self._service, hint_for(failure, self._settings))
        if isinstance(error, Rejected):
            error.duplicate_of = answers.duplicate_of(failure)
        return error
