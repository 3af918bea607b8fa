"""Dependent fields: the operations whose outcome depends on a part of the service that others do not need."""

from domain.service_status.parts import ServicePart

DEPENDENT: dict[ServicePart, tuple[str, ...]] = {
    ServicePart.MAIL: (
        "Mutation.register",
        "Mutation.requestEmailVerification",
        "Mutation.requestPasswordReset",
        "Mutation.changeEmail",
        "Mutation.sendCampaign",
        "Mutation.scheduleCampaign",
        "Mutation.resumeCampaign",
        "Mutation.sendTestCampaign",
    ),
    ServicePart.EXTERNAL_SIGN_IN: (
        "Mutation.beginGoogleSignIn",
        "Mutation.signInWithGoogle",
        "Mutation.linkGoogle",
    ),
    ServicePart.WEBHOOKS: (
        "Mutation.sendTestWebhook",
        "Mutation.replayWebhookDelivery",
        "Mutation.replayWebhookDeliveries",
    ),
    ServicePart.AI: ("Query.aiModels",),
    ServicePart.JOBS: (
        "Mutation.startJob",
        "Mutation.retryJobs",
        "Mutation.runSchedule",
        "Mutation.startWorkflow",
        "Mutation.retryWorkflowStep",
    ),
}
"""The fields of each such part; all operations depend on a part that is left out here."""
