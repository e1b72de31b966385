-- Neither more evidence among pairs who met about as often, nor more meetings at the same evidence,
-- ever mean a lower tie_probability.
with affinity_calibration as (
    select * from {{ ref('affinity_calibration') }}
)

select
    lower_one.*,
    higher_one.count_class as higher_class,
    higher_one.evidence_bin as higher_bin,
    higher_one.tie_probability as higher_probability,
from affinity_calibration as lower_one
inner join affinity_calibration as higher_one
    on
        lower_one.count_class <= higher_one.count_class
        and lower_one.evidence_bin <= higher_one.evidence_bin
where lower_one.tie_probability > higher_one.tie_probability
