-- 4. Who may be meant, how each was found, and what the name alone weighs.
select
    match_name_weights.customer_id,
    if(
        match_name_weights.customer_id in (
            select match_full_names.customer_id
            from {{ ref('match_full_names') }}
            where match_full_names.written_name in (
                select match_groups.written_name
                from {{ ref('match_groups') }}
                where match_groups.purchaser_group_id = 30543314
            )
        ),
        'whole name',
        'half a name, around the check-ins'
    ) as found_by,
    match_name_weights.first_name_agreement,
    match_name_weights.last_name_agreement,
    round(match_name_weights.name_weight, 2) as name_weight,
    match_name_weights.customer_id not in (
        select match_candidates.customer_id
        from {{ ref('match_candidates') }}
        where match_candidates.purchaser_group_id = 30543314
    ) as used_the_pass,
from {{ ref('match_name_weights') }}
where match_name_weights.written_name in (
    select match_groups.written_name
    from {{ ref('match_groups') }}
    where match_groups.purchaser_group_id = 30543314
)
order by match_name_weights.name_weight desc, match_name_weights.customer_id
