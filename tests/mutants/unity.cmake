# A mutant must not compile a whole folder anew: what is mutated is compiled source by source, and
# everything else many sources at a time, as always.
cmake_language(DEFER CALL set_property
  TARGET hearsay_base hearsay_shm hearsay_protocol hearsay_supervisor hearsay_worker hearsay_core
         hearsay_gossip hearsay_services hearsay_experiment hearsay_sim
  PROPERTY UNITY_BUILD OFF)
