"""Stop words: English words of questions and sentences that say nothing of what they are about."""

_WORDS = """
able about above actually after again all along already also always am among an and another any anybody anyone
anything are aren as ask asked asking at away basically be because been before began begin being below best better
between both but by called came can cannot cant clear come comes could couldn course describe did didn differ
difference different difficult do does doesn doing don done dont down during each easier easy either else enough
even ever every everyone everything exactly example examples explain explained explains few find first follow for
from further gave general get gets getting give given gives go goes going good got had hard has hasn have haven
having he hello help helps her here hers herself hey hi him himself his how however if im important in instead into
is isn it its itself ive just keep kind kinds knew know known least less let lets like likely little ll look looks
lot made main mainly make makes making many may maybe me mean meaning means meant might mind mine more most mostly
much must my myself name near need needed needs neither never next nice no none nor not nothing now of off often ok
okay old on once one ones only or other others otherwise our ours out over own part perhaps please possible probably
put quite rather re really right said same saw say says see seem seems seen shall she should shouldn show shows
shown simple simply since small so some somehow someone something sometimes soon still such sure take taken takes
tell than thank thanks that thats the their theirs them themselves then there therefore these they thing things
think this those though through thus to together told too took toward try trying two under understand understood
unless until up upon us use used useful uses using usually ve very via want wanted wants was wasn way ways we well
went were weren what whats whatever when whenever where wherever whether which while who whole whom whose why will
with within without won word words work works would wouldn write wrong yes yet you your yours yourself
"""
STOP_WORDS = frozenset(_WORDS.split())
"""In small letters; parts of contractions are without their apostrophe, as `don` and `ve`."""
