{# Connected components: each customer in a relation of ties, per tie_rank, with the lowest
   customer_id that ties lead to. `ties` names the relation: tie_rank, customer_id_1,
   customer_id_2. Labels only ever fall, and only changed ones travel on, so the rounds are as many
   as the longest way through a component, not as many as its members. #}
{% macro connected_components(ties) -%}
    with recursive ties_both_ways as (
        select
            tie_rank,
            customer_id_1 as customer_id,
            customer_id_2 as other_customer_id,
        from {{ ties }}
        union all
        select
            tie_rank,
            customer_id_2 as customer_id,
            customer_id_1 as other_customer_id,
        from {{ ties }}
    ),

    labelled(tie_rank, customer_id, component_id) using key (tie_rank, customer_id) as (
        select distinct
            tie_rank,
            customer_id,
            customer_id as component_id,
        from ties_both_ways
        union
        select
            ties_both_ways.tie_rank,
            ties_both_ways.other_customer_id as customer_id,
            min(labelled.component_id) as component_id,
        from labelled
        inner join ties_both_ways
            on
                labelled.tie_rank = ties_both_ways.tie_rank
                and labelled.customer_id = ties_both_ways.customer_id
        inner join recurring.labelled as known
            on
                ties_both_ways.tie_rank = known.tie_rank
                and ties_both_ways.other_customer_id = known.customer_id
        where labelled.component_id < known.component_id
        group by ties_both_ways.tie_rank, ties_both_ways.other_customer_id
    )

    select
        tie_rank,
        customer_id,
        component_id,
    from labelled
{%- endmacro %}
