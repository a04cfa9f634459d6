"""The kinds of events that a webhook can be told of.

Source: OpenAPI, webhookEvent.eventType.
"""

from __future__ import annotations

SERVICE_KINDS = """
autoscaling_config_changed autoscaling_ended autoscaling_started branch_deleted build_ended
build_started commit_ignored cron_job_run_ended cron_job_run_started deploy_ended deploy_started
disk_created disk_deleted disk_updated edge_cache_disabled edge_cache_enabled edge_cache_purged
image_pull_failed instance_count_changed job_run_ended maintenance_ended maintenance_mode_enabled
maintenance_mode_uri_updated maintenance_started pipeline_minutes_exhausted plan_changed
pre_deploy_ended pre_deploy_started server_available server_failed server_hardware_failure
server_restarted service_resumed service_suspended zero_downtime_redeploy_ended
zero_downtime_redeploy_started
"""
POSTGRES_KINDS = """
available backup_completed backup_failed backup_started cluster_leader_changed created
disk_autoscaling_enabled_changed disk_size_changed ha_status_changed pitr_checkpoint_completed
pitr_checkpoint_failed pitr_checkpoint_started read_replica_stale read_replicas_changed restarted
restore_failed restore_succeeded unavailable upgrade_failed upgrade_started upgrade_succeeded
wal_archive_failed
"""
KEY_VALUE_KINDS = "available config_restart unhealthy"
LATER_KINDS = "auto_deploy_disabled auto_deploy_enabled"  # in the SDK, not yet in the OpenAPI

KINDS = frozenset(
    [
        *SERVICE_KINDS.split(),
        *LATER_KINDS.split(),
        *(f"postgres_{kind}" for kind in POSTGRES_KINDS.split()),
        *(f"key_value_{kind}" for kind in KEY_VALUE_KINDS.split()),
    ]
)
"""What a webhook can be told of; events of other kinds, such as suspender_added, are not sent."""
