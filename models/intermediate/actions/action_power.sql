-- Grain: one row per list of which some are held out, with how many people a comparison needs.
with action_kinds as (
    select * from {{ ref('action_kinds') }}
    where is_held_out
),

-- Both shares are stated before anybody is listed, so that how many are compared does not depend on
-- what became of them.
expected as (
    select
        kind,
        base_share,
        if(
            is_outcome_good,
            least(base_share + {{ var('action_difference_to_find') }}, 1),
            greatest(base_share - {{ var('action_difference_to_find') }}, 0)
        ) as listed_share,
        {{ var('action_holdout_share') }} as held_out_share,
    from action_kinds
),

needed as (
    select
        kind,
        -- a lot of none, or of all, compares nothing
        case
            when held_out_share > 0 and held_out_share < 1
                then cast(
                    ceil(
                        pow({{ var('interval_errors') }} + {{ var('partner_power_errors') }}, 2)
                        * (
                            listed_share * (1 - listed_share) / (1 - held_out_share)
                            + base_share * (1 - base_share) / held_out_share
                        )
                        / pow({{ var('action_difference_to_find') }}, 2)
                    ) as bigint
                )
        end as people_needed,
    from expected
)

select * from needed
