import time


def handle(event, context):
    if event.get("fail"):
        raise RuntimeError("it failed")
    if event.get("exit"):
        import os
        os._exit(3)
    return {
        "event": event,
        "id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "left": context.get_remaining_time_in_millis() > 1000,
        "identity": context.identity.cognito_identity_id,
    }
