"""Rows of roadmaps and their versions: reading them as entities."""

from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState, Visibility
from persistence.row_mapping import maker, member_of
from persistence.statements import columns_for
from persistence.tables.content.roadmaps import roadmap_versions, roadmaps

as_roadmap = maker(Roadmap, visibility=member_of(Visibility))
as_version = maker(RoadmapVersion, state=member_of(VersionState), visibility=member_of(Visibility))
roadmap_columns = columns_for(Roadmap, roadmaps)
version_columns = columns_for(RoadmapVersion, roadmap_versions)
